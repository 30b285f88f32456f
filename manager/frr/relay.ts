// The relay between bgpd and zebra: what keeps zebra from wiping all forwarding entries when bgpd ends.

/** Where bgpd looks for zebra, and where zebra listens. */
export const RELAY_SOCKET = "/var/run/frr/relay.api";
const ZEBRA_SOCKET = "/var/run/frr/zserv.api";

/**
 * zebra deletes what bgpd has told it as soon as bgpd's connection closes. Through the relay it does not see that: it is killed first,
 * hard, and leaves the kernel's entries, which carry traffic until EVPN has spoken again. A bgpd that closes a connection and lives on
 * (pidfd_open(2) tells) is another matter: that is passed on. Python, for FRR's own frr-reload.py is in it: where FRR is, Python is.
 */
export const RENDERED_RELAY = `#!/usr/bin/python3
# Written by the Megalos manager: passes on what bgpd and zebra say to each other, and kills zebra when bgpd has ended.
import os, select, shutil, signal, socket, struct, threading

def open_peer(connection):
    pid, _, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
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
        zebra.connect("${ZEBRA_SOCKET}")
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

listener = socket.socket(socket.AF_UNIX)
if os.path.exists("${RELAY_SOCKET}"):
    os.unlink("${RELAY_SOCKET}")
listener.bind("${RELAY_SOCKET}")
shutil.chown("${RELAY_SOCKET}", "frr", "frr")
listener.listen()
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
`;
