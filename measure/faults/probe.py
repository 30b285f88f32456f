#!/usr/bin/python3
# Sends frames with sequence numbers to a peer, and receives the peer's. Arguments: own address,
# peer's address, port, period in seconds. It starts at the first line of its input. At "stop" it
# says how many frames it has sent. At "end" it says which frames it got. A frame that cannot be
# sent is a lost one: its number is used up.
import json, socket, sys, threading, time
own, peer, port, period = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((own, port))
s.settimeout(0.2)
ended, stopped, got = threading.Event(), threading.Event(), []
def receive():
    while not ended.is_set():
        try:
            got.append(int(s.recv(64)))
        except OSError:
            pass
def send():
    global sent
    start = time.monotonic()
    while not stopped.is_set():
        try:
            s.sendto(b"%d" % sent, (peer, port))
        except OSError:
            pass
        sent += 1
        time.sleep(max(0, start + sent * period - time.monotonic()))
sent = 0
threads = [threading.Thread(target=receive), threading.Thread(target=send)]
print("ready", flush=True)
sys.stdin.readline()
[one.start() for one in threads]
sys.stdin.readline()
stopped.set()
threads[1].join()
print(sent, flush=True)
sys.stdin.readline()
ended.set()
threads[0].join()
print(json.dumps(got), flush=True)
