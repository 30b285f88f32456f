#!/usr/bin/python3
# Sends bytes by TCP as fast as it can, or receives them. Arguments: "send" or "receive", and the
# receiver's address. The receiver says "ready"; for each line of its input it prints, as JSON, how
# many bytes have come and the time in s.
import json, socket, sys, threading, time

PORT = 9
BLOCK = 1 << 20
role, address = sys.argv[1:3]


def send():
    link = socket.create_connection((address, PORT))
    block = bytes(BLOCK)
    while True:
        link.sendall(block)


def receive():
    server = socket.create_server((address, PORT))
    print("ready", flush=True)
    link = server.accept()[0]
    came = 0

    def count():
        nonlocal came
        buffer = bytearray(BLOCK)
        while size := link.recv_into(buffer):
            came += size

    threading.Thread(target=count, daemon=True).start()
    for _ in sys.stdin:
        print(json.dumps([came, time.monotonic()]), flush=True)


(send if role == "send" else receive)()
