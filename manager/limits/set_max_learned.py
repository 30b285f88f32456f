#!/usr/bin/python3
# Runs in the LAN namespace: sets fdb_max_learned of bridges, which iproute2 before 6.8 cannot.
# Reads lines `BRIDGE LIMIT`, and answers each by such a line with the limit that the kernel then
# has: 0 on Linux before 6.7, which ignores the attribute, and none where the bridge is gone.
import socket, struct, sys

# linux/rtnetlink.h, linux/netlink.h, linux/if_link.h
RTM_NEWLINK, RTM_GETLINK, NLMSG_ERROR = 16, 18, 2
NLM_F_REQUEST, NLM_F_ACK = 1, 4
IFLA_IFNAME, IFLA_LINKINFO, IFLA_INFO_KIND, IFLA_INFO_DATA = 3, 18, 1, 2
IFLA_BR_FDB_MAX_LEARNED = 49
IFINFOMSG = struct.pack("=BxHiII", 0, 0, 0, 0, 0)
HEADER_BYTES = 16


def attribute(kind, value):
    return struct.pack("=HH", 4 + len(value), kind) + value + b"\0" * (-len(value) % 4)


def attributes(data):
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        found[kind & 0x3FFF] = data[4:length]
        data = data[(length + 3) & ~3 :]
    return found


def ask(kind, flags, body):
    """The answer's body, or nothing where the kernel refuses."""
    netlink.send(struct.pack("=IHHII", HEADER_BYTES + len(body), kind, flags, 1, 0) + body)
    answer = netlink.recv(1 << 16)
    refused = struct.unpack_from("=H", answer, 4)[0] == NLMSG_ERROR
    return b"" if refused else answer[HEADER_BYTES:]


def set_limit(name, limit):
    data = attribute(IFLA_BR_FDB_MAX_LEARNED, struct.pack("=I", limit))
    info = attribute(IFLA_INFO_KIND, b"bridge") + attribute(IFLA_INFO_DATA, data)
    ask(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, IFINFOMSG + name + attribute(IFLA_LINKINFO, info))


def read_limit(name):
    link = attributes(ask(RTM_GETLINK, NLM_F_REQUEST, IFINFOMSG + name)[len(IFINFOMSG) :])
    data = attributes(attributes(link.get(IFLA_LINKINFO, b"")).get(IFLA_INFO_DATA, b""))
    return struct.unpack("=I", data.get(IFLA_BR_FDB_MAX_LEARNED, bytes(4)))[0] if link else None


netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
for line in sys.stdin:
    bridge, limit = line.split()
    name = attribute(IFLA_IFNAME, bridge.encode() + b"\0")
    set_limit(name, int(limit))
    actual = read_limit(name)
    print(*[bridge] if actual is None else [bridge, actual])
