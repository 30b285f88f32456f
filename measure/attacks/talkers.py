#!/usr/bin/python3
# Talks in many LANs at once from the pods of one node, and counts what arrives. Arguments: period
# in s, then for each pod its network namespace, own address, peer's address. It says "ready",
# starts at the first line of its input, stops at the second, and a second later prints how many
# datagrams were sent and how many came, by pod.
import ctypes, json, os, select, socket, sys, time

period = float(sys.argv[1])
places = [sys.argv[at : at + 3] for at in range(2, len(sys.argv), 3)]
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def open_in(netns, address):
    file = os.open(netns, os.O_RDONLY)
    if libc.setns(file, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), netns)
    os.close(file)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    udp.bind((address, 9))
    udp.setblocking(False)
    return udp


sockets = [open_in(netns, own) for netns, own, _ in places]
poll = select.epoll()
index = {udp.fileno(): at for at, udp in enumerate(sockets)}
for udp in sockets:
    poll.register(udp, select.EPOLLIN)
poll.register(sys.stdin, select.EPOLLIN)
sent, came = [0] * len(sockets), [0] * len(sockets)


def receive(until):
    """Answers whether a line has come."""
    while True:
        rest = until - time.monotonic()
        for file, _ in poll.poll(max(0, rest)):
            if file not in index:
                sys.stdin.readline()
                return True
            try:
                while True:
                    sockets[index[file]].recv(64)
                    came[index[file]] += 1
            except OSError:
                pass
        if rest <= 0:
            return False


print("ready", flush=True)
sys.stdin.readline()
start, turn = time.monotonic(), 0
while not receive(start + turn * period):
    for at, udp in enumerate(sockets):
        sent[at] += 1
        try:
            udp.sendto(b"x", (places[at][2], 9))
        except OSError:
            pass
    turn += 1
receive(time.monotonic() + 1)
print(json.dumps([sent, came]), flush=True)
