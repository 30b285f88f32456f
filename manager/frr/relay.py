#!/usr/bin/python3
# Written by the Megalos manager: passes on what bgpd and zebra say to each other, and kills zebra
# when bgpd has ended.
#
# zebra deletes what bgpd has told it as soon as bgpd's connection closes. Through the relay zebra
# does not see that: it is killed first, hard, and leaves the kernel's entries, which carry traffic
# until EVPN has spoken again. A bgpd that closes a connection and lives on (pidfd_open(2) tells) is
# another matter: that close is passed on.
#
# bgpd also has zebra delete the entries of another node whose BGP session has ended. That says
# nothing of the node's pods: frames still reach them. So the relay holds these deletions back until
# the node has spoken again, or has been away for too long.
#
# To zebra a node is on a LAN or not. To bgpd each Ethernet tag (RFC 7432) is another route, and the
# end of any one of them has zebra flood to the node no more. So somebody who announces a node under
# another tag, and then does not, would take it from the LAN. FRR's own routes have the tag 0: where
# bgpd still has that one, zebra does not hear of the deletion.
#
# This is Python because FRR's own frr-reload.py is: where FRR is, Python is.
import ctypes, glob, json, os, re, select, shutil, signal, socket, struct, subprocess, sys
import threading, time
from concurrent.futures import ThreadPoolExecutor

# A deletion waits so long (s) for the sign that its whole node is away.
SETTLE = 1
# So long (s) after its return a node has said all that it has.
SPOKEN = 10
# So often (s) it is looked at what is held.
TICK = 0.1
# FRR 8.4 has 109 commands.
MOST_COMMANDS = 256
# When more deletions than this are held, those of MAC addresses of the node that has most go first,
# so a node that withdraws without end takes no other one's grace. One takes about half a kB.
MOST_HELD = 100_000
# bgpd is asked about so many LANs at once, and has so long (s). A node on a LAN takes 1 kB of that.
MOST_ASKED = 16
ASKING = 10
# It is asked again after so many times as long as it has taken.
REST = 4

# A message of zebra's protocol (lib/zclient.h): length, marker, version, VRF, command.
HEADER = struct.Struct(">HBBIH")
FRAME = (0xFE, 6)
VTEP_ADD, VTEP_DELETE, MAC_ADD, MAC_DELETE = (
    f"ZEBRA_REMOTE_{name}" for name in ("VTEP_ADD", "VTEP_DEL", "MACIP_ADD", "MACIP_DEL")
)
# A message about a VTEP: its VNI, its address, and a number that is not part of what it is about.
VNI = struct.Struct(">I")
FLOOD_CONTROL = 4
# A message about a MAC address: VNI, MAC address, length of the IP address that follows, VTEP.
MAC = struct.Struct(">I6sH")

# How long (s) what a node has said holds without the node, and the VNI that all nodes are on.
GRACE, ALL_NODES = int(NODE_GRACE), int(NODES_VNI)
# The commands' names by number.
COMMANDS = {}
# Why nothing is held back, where that is so, and the nodes that are away, by whom it is told.
TOLD = {}
TELLING = threading.Lock()
# Questions to bgpd are asked beside what is passed on, one after the other.
ASKER = ThreadPoolExecutor(1)
# A route of type 3 as FRR announces it: its Ethernet tag is 0. Who has announced one of this node.
TRUE_ROUTE = re.compile(r"\[3\]:\[0\]:\[\d+\]:\[(.+)\]")
OWN_PEER = "(unspec)"


def number_commands():
    """The commands' names by number. Each FRR has other numbers, and its library names them."""
    path, *_ = glob.glob("/usr/lib/*/frr/libfrr.so.0") or ["libfrr.so.0"]
    name = ctypes.CDLL(path).zserv_command_string
    name.restype, name.argtypes = ctypes.c_char_p, [ctypes.c_uint]
    missing = {VTEP_ADD, VTEP_DELETE, MAC_ADD, MAC_DELETE}
    numbers, number = {}, 0
    while missing and number < MOST_COMMANDS:
        text = (name(number) or b"").decode()
        if text in missing:
            missing.remove(text)
            numbers[number] = text
        number += 1
    if missing:
        raise OSError(f"{path} does not name {', '.join(sorted(missing))}")
    return numbers


def open_peer(connection):
    """A pidfd of the process at the other end of a connection."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    pid, _, _ = struct.unpack("3i", credentials)
    return os.pidfd_open(pid)


def spell(vtep):
    """An address, as bgpd sends it: four bytes, or from FRR 10.6 on, behind its family."""
    if len(vtep) < 4:
        return vtep.hex()
    family = socket.AF_INET6 if len(vtep) > 12 else socket.AF_INET
    return socket.inet_ntop(family, vtep[-16:] if len(vtep) > 12 else vtep[-4:])


def tell(teller, why=None, away=()):
    """Tells the manager which nodes are away, and first of all why nothing is held back.
    Of each teller the last word counts: one connection says nothing of another."""
    with TELLING:
        TOLD.pop(teller, None)
        if why or away:
            TOLD[teller] = why, away
        reasons = [why for why, _ in TOLD.values() if why]
        addresses = {address for _, away in TOLD.values() for address in away}
        try:
            with open(f"{AWAY_FILE}.new", "w") as file:
                file.writelines(f"! {why}\n" for why in reasons[:1])
                file.writelines(f"{address}\n" for address in sorted(addresses))
            os.rename(f"{AWAY_FILE}.new", AWAY_FILE)
        except OSError as error:
            print(f"megalos-relay: cannot write {AWAY_FILE}: {error}", file=sys.stderr, flush=True)


def list_members(vnis):
    """Asks bgpd for the nodes of these LANs: whether one is this node, by VNI and address."""
    show = "show bgp l2vpn evpn route vni {} type multicast json"
    words = [word for vni in vnis for word in ("-c", show.format(vni))]
    answer = subprocess.run(
        ["vtysh", "-d", "bgpd", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=ASKING,
        check=True,
        text=True,
    ).stdout
    members = {}
    for vni in vnis:
        answer = answer.lstrip()
        routes, end = json.JSONDecoder().raw_decode(answer)
        answer = answer[end:]
        for prefix, route in routes.items():
            true = TRUE_ROUTE.fullmatch(prefix)
            if true is None:
                continue
            for path in [path for paths in route["paths"] for path in paths]:
                if path.get("bestpath"):
                    members[vni, true[1]] = path.get("peerId") == OWN_PEER
    return members


class Node:
    """Another node: what bgpd has withdrawn of it, and since when (s) it is away, and back."""

    def __init__(self):
        self.deletions = {}
        self.away = self.back = None

    def is_due(self, heard, now):
        if self.back is not None:
            return now >= self.back + SPOKEN
        return now >= (heard + SETTLE if self.away is None else self.away + GRACE)

    def list_due(self, now, unsure):
        """What is due, by what it is about. What was heard first is due first."""
        due = {}
        for key, (heard, message) in self.deletions.items():
            if not self.is_due(heard, now):
                break
            if key not in unsure:
                due[key] = message
        return due


class Withdrawals:
    """What of bgpd's messages zebra gets, and when."""

    def __init__(self, commands):
        self.commands = commands
        self.nodes = {}
        # Whose deletion is held, by what it is about.
        self.held = {}
        # Deletions of VTEPs that bgpd has not been asked about, and when (s) they were heard.
        self.unsure = {}
        # What bgpd is being asked about, since when (s), its answer to come, and when to ask again.
        self.asked, self.asked_at, self.answer, self.ask_at = {}, 0, None, 0

    def take(self, message, now):
        """Answers what to pass on now."""
        name = self.commands.get(HEADER.unpack_from(message)[4])
        body = message[HEADER.size :]
        if len(body) < MAC.size:
            return [message]
        if name in (VTEP_ADD, VTEP_DELETE):
            return self.take_vtep(name, body[:-FLOOD_CONTROL], message, now)
        if name not in (MAC_ADD, MAC_DELETE):
            return [message]
        end = MAC.size + MAC.unpack_from(body)[2]
        if name == MAC_DELETE:
            return self.hold(body[:end], body[end:], message, now)
        # The deletion goes first: to zebra, the sequence number that it has would be newer than
        # that of a node that began anew. Meanwhile frames for this address are flooded.
        return self.release(body[:end]) + [message]

    def take_vtep(self, name, key, message, now):
        vtep = key[VNI.size :]
        # zebra has not heard of a deletion that is released here, and needs not hear of it.
        passed = self.hold(key, vtep, message, now, True) if name == VTEP_DELETE else [message]
        if name == VTEP_ADD:
            self.release(key)
        if VNI.unpack_from(key)[0] == ALL_NODES and vtep in self.nodes:
            self.see(vtep, name == VTEP_ADD, now)
        return passed

    def hold(self, key, vtep, message, now, is_vtep=False):
        released = self.release(key)
        if GRACE == 0 and not is_vtep:
            return released + [message]
        passed = self.let_most_go() if len(self.held) >= MOST_HELD else []
        # A node has few VTEP deletions: one for each of its LANs.
        if len(self.held) >= 2 * MOST_HELD:
            return released + [message]
        self.nodes.setdefault(vtep, Node()).deletions[key] = (now, message)
        self.held[key] = vtep
        if is_vtep:
            self.unsure[key] = now
        return passed

    def release(self, key):
        self.unsure.pop(key, None)
        vtep = self.held.pop(key, None)
        return [] if vtep is None else [self.nodes[vtep].deletions.pop(key)[1]]

    def let_most_go(self):
        """Answers what is held of the node of which most is, and holds it no longer, but for
        deletions of VTEPs that bgpd is to be asked about."""
        node = max(self.nodes.values(), key=lambda one: len(one.deletions))
        sure = [key for key in node.deletions if key not in self.unsure]
        return [message for key in sure for message in self.release(key)]

    def see(self, vtep, is_there, now):
        """Learns whether the node is on the LAN that every node is on."""
        if GRACE == 0:
            return
        node = self.nodes[vtep]
        if not is_there:
            node.away, node.back = now, None
            self.tell_away()
        elif node.away is not None:
            node.back = now

    def make_sure(self, now):
        """Has bgpd asked about deletions of VTEPs. Those that it knows better are forgotten, and
        those of this node itself, which is no other one, are passed on."""
        passed = []
        if self.answer is not None and self.answer.done():
            # Where bgpd has not answered, its deletions count as they are.
            members = {} if self.answer.exception() else self.answer.result()
            for key, heard in self.asked.items():
                # It may have been added, or even deleted again, meanwhile.
                if self.unsure.get(key) == heard:
                    passed += self.settle(key, members, now)
            self.answer = None
            # Whoever announces without end keeps bgpd busy for a part of the time alone.
            self.ask_at = now + REST * (now - self.asked_at)
        if self.answer is None and self.unsure and now >= self.ask_at:
            due = {key: heard for key, heard in self.unsure.items() if now >= heard + SETTLE}
            vnis = list(dict.fromkeys(VNI.unpack_from(key)[0] for key in due))[:MOST_ASKED]
            self.asked = {key: due[key] for key in due if VNI.unpack_from(key)[0] in vnis}
            if vnis:
                self.answer, self.asked_at = ASKER.submit(list_members, vnis), now
        return passed

    def settle(self, key, members, now):
        del self.unsure[key]
        vni, vtep = VNI.unpack_from(key)[0], key[VNI.size :]
        is_own = members.get((vni, spell(vtep)))
        if is_own is None:
            return []
        deletion = self.release(key)
        if vni == ALL_NODES:
            self.see(vtep, True, now)
        return deletion if is_own else []

    def take_due(self, now):
        passed = self.make_sure(now)
        for vtep, node in list(self.nodes.items()):
            due = node.list_due(now, self.unsure)
            for key in due:
                self.release(key)
            passed += due.values()
            if not node.deletions and (node.away is None or node.is_due(node.away, now)):
                del self.nodes[vtep]
                self.tell_away()
        return passed

    def let_go(self):
        """Answers all that is held, and holds it no longer."""
        held = [message for node in self.nodes.values() for _, message in node.deletions.values()]
        self.nodes.clear()
        self.held.clear()
        self.unsure.clear()
        return held

    def tell_away(self):
        away = [spell(vtep) for vtep, node in self.nodes.items() if node.away is not None]
        tell(self, away=away)


def split(data):
    """The whole messages at the beginning of the data, and the rest.
    Raises ValueError for what is no message of this version of the protocol."""
    messages, at = [], 0
    while len(data) - at >= HEADER.size:
        size, *frame = HEADER.unpack_from(data, at)[:3]
        if tuple(frame) != FRAME or size < HEADER.size:
            raise ValueError("zebra and bgpd speak another version of their protocol")
        if len(data) - at < size:
            break
        messages.append(data[at : at + size])
        at += size
    return messages, data[at:]


def pass_on(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass


def has_data(connection, seconds):
    readable, _, _ = select.select([connection], [], [], seconds)
    return len(readable) > 0


def pass_on_filtered(bgpd, zebra):
    """Passes on what bgpd says, without the deletions that are held, until bgpd's end."""
    withdrawals, rest = Withdrawals(COMMANDS), b""
    try:
        while True:
            passed = []
            if has_data(bgpd, TICK if withdrawals.nodes else None):
                data = bgpd.recv(65536)
                if not data:
                    return
                rest += data
                messages, rest = split(rest)
                for message in messages:
                    passed += withdrawals.take(message, time.monotonic())
            # On a busy machine the sign that a node is away may wait here to be read.
            if not has_data(bgpd, 0):
                passed += withdrawals.take_due(time.monotonic())
            zebra.sendall(b"".join(passed))
    except ValueError as error:
        held = withdrawals.let_go()
        tell(withdrawals, error)
        zebra.sendall(b"".join(held) + rest)
        pass_on(bgpd, zebra)
    except OSError:
        pass
    finally:
        tell(withdrawals)


def shut(connection):
    """Ends a connection for both sides. A mere close would wait for a thread that reads from it."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def answer(zebra, bgpd):
    pass_on(zebra, bgpd)
    shut(bgpd)


def serve(bgpd):
    zebra = socket.socket(socket.AF_UNIX)
    processes = []
    try:
        zebra.connect(ZEBRA_SOCKET)
        processes = [open_peer(bgpd), open_peer(zebra)]
        threading.Thread(target=answer, args=(zebra, bgpd), daemon=True).start()
        pass_on_filtered(bgpd, zebra)
        has_ended, _, _ = select.select(processes[:1], [], [], 1)
        if has_ended:
            signal.pidfd_send_signal(processes[1], signal.SIGKILL)
            select.select(processes[1:], [], [], 1)
    except OSError:
        pass
    for connection in (zebra, bgpd):
        shut(connection)
        connection.close()
    for process in processes:
        os.close(process)


def main():
    why = None
    try:
        COMMANDS.update(number_commands())
    except (OSError, AttributeError) as error:
        why = error
    tell(main, why)
    listener = socket.socket(socket.AF_UNIX)
    if os.path.exists(RELAY_SOCKET):
        os.unlink(RELAY_SOCKET)
    listener.bind(RELAY_SOCKET)
    shutil.chown(RELAY_SOCKET, "frr", "frr")
    listener.listen()
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


main()
