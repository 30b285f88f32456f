#!/usr/bin/python3
# Moves a MAC address between two pods, and tells how soon frames from a third pod follow it.
# Arguments: namespaces of the third pod and of the two, as paths; the interface in each; how often
# it moves; ms from one move to the next.
# Prints a line for each move: ms from the first frame of the new place to the first frame that
# comes there, or "none".
import ctypes, os, select, socket, sys, time

MAC, SENDER = bytes.fromhex("020000000050"), bytes.fromhex("020000000051")
TYPE = b"\x88\xb5"
CLONE_NEWNET = 0x40000000
# So often (s) the third pod sends.
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
    """Whether a frame of the third pod has come."""
    has_come = False
    while True:
        try:
            frame, sender = one.recvfrom(2048)
        except BlockingIOError:
            return has_come
        has_come |= sender[2] != 4 and frame[6:12] == SENDER


def main():
    paths, interface = sys.argv[1:4], sys.argv[4]
    moves, every = int(sys.argv[5]), float(sys.argv[6])
    third, *places = [open_there(path, interface) for path in paths]
    towards = MAC + SENDER + TYPE + b"towards".ljust(46, b"\0")
    arrival = b"\xff" * 6 + MAC + TYPE + b"arrival".ljust(46, b"\0")
    for move in range(moves):
        new = places[move % 2]
        drain(new)
        started = time.monotonic()
        new.send(arrival)
        came, deadline = None, started + every / 1000
        while (now := time.monotonic()) < deadline:
            third.send(towards)
            if came is None and drain(new):
                came = (time.monotonic() - started) * 1000
            time.sleep(EVERY)
        print("none" if came is None else f"{came:.1f}", flush=True)


main()
