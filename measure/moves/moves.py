#!/usr/bin/python3
# Moves a MAC address between two pods on two nodes, and tells how soon frames of other pods follow.
# Arguments: namespaces, as paths: of the two pods, of a pod beside each on its node, and of a pod
# on a third node; the interface in each; how often it moves; ms from one move to the next.
# Prints a line for each move: ms from the first frame of the new place to the first frame that
# comes there from the third node, from the old place's node and from the new place's, or "none".
import ctypes, os, select, socket, sys, time

MAC = bytes.fromhex("020000000050")
# Of the pod beside the first place, of the one beside the second, and of the third node's.
SENDERS = [bytes.fromhex(f"02000000005{at}") for at in (1, 2, 3)]
TYPE = b"\x88\xb5"
CLONE_NEWNET = 0x40000000
# So often (s) each pod sends.
EVERY = 0.001


def open_there(path, interface):
    """A socket in the namespace. It stays there when the process has left."""
    with open(path) as namespace:
        if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns to {path}")
    one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88B5))
    one.bind((interface, 0x88B5))
    # PACKET_ADD_MEMBERSHIP: the address is not the interface's own.
    index = socket.if_nametoindex(interface).to_bytes(4, "little")
    one.setsockopt(263, 1, index + b"\x01\0" + bytes(10))
    one.setblocking(False)
    return one


def drain(one):
    """Whose frames have come."""
    come = set()
    while True:
        try:
            frame, sender = one.recvfrom(2048)
        except BlockingIOError:
            return come
        if sender[2] != 4 and frame[6:12] in SENDERS:
            come.add(SENDERS.index(frame[6:12]))


def main():
    paths, interface = sys.argv[1:6], sys.argv[6]
    moves, every = int(sys.argv[7]), float(sys.argv[8])
    one, other, *senders = [open_there(path, interface) for path in paths]
    places = one, other
    towards = [MAC + sender + TYPE + b"towards".ljust(46, b"\0") for sender in SENDERS]
    arrival = b"\xff" * 6 + MAC + TYPE + b"arrival".ljust(46, b"\0")
    for move in range(moves):
        new = places[move % 2]
        drain(new)
        started = time.monotonic()
        new.send(arrival)
        came, deadline = {}, started + every / 1000
        while time.monotonic() < deadline:
            for sender, frame in zip(senders, towards):
                sender.send(frame)
            for at in drain(new):
                came.setdefault(at, (time.monotonic() - started) * 1000)
            time.sleep(EVERY)
        told = (came.get(at) for at in (2, 1 - move % 2, move % 2))
        print(*("none" if ms is None else f"{ms:.1f}" for ms in told), flush=True)


main()
