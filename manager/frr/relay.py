#!/usr/bin/python3
# Written by the Megalos manager: passes on what bgpd and zebra say to each other, and kills zebra
# when bgpd has ended.
#
# zebra deletes what bgpd has told it as soon as bgpd's connection closes. Through the relay zebra
# does not see that: it is killed first, hard, and leaves the kernel's entries, which carry traffic
# until EVPN has spoken again. A bgpd that closes a connection and lives on (pidfd_open(2) tells) is
# another matter: that close is passed on. This is Python because FRR's own frr-reload.py is: where
# FRR is, Python is.
import os, select, shutil, signal, socket, struct, threading


def open_peer(connection):
    """A pidfd of the process at the other end of a connection."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    pid, _, _ = struct.unpack("3i", credentials)
    return os.pidfd_open(pid)


def pass_on(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass


def answer(zebra, bgpd):
    pass_on(zebra, bgpd)
    try:
        bgpd.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def serve(bgpd):
    zebra = socket.socket(socket.AF_UNIX)
    processes = []
    try:
        zebra.connect(ZEBRA_SOCKET)
        processes = [open_peer(bgpd), open_peer(zebra)]
        threading.Thread(target=answer, args=(zebra, bgpd), daemon=True).start()
        pass_on(bgpd, zebra)
        has_ended, _, _ = select.select(processes[:1], [], [], 1)
        if has_ended:
            signal.pidfd_send_signal(processes[1], signal.SIGKILL)
            select.select(processes[1:], [], [], 1)
    except OSError:
        pass
    for connection in (zebra, bgpd):
        connection.close()
    for process in processes:
        os.close(process)


def main():
    listener = socket.socket(socket.AF_UNIX)
    if os.path.exists(RELAY_SOCKET):
        os.unlink(RELAY_SOCKET)
    listener.bind(RELAY_SOCKET)
    shutil.chown(RELAY_SOCKET, "frr", "frr")
    listener.listen()
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


main()
