// Who must reach whom: devices on one LAN, in one subnet, once.
import assert from "node:assert/strict";
import type { Device } from "../conf/read_lab.ts";
import type { Address } from "./addresses.ts";
import { pairNeighbours } from "./pairs.ts";

Deno.test("devices are paired on each LAN that they share an IPv4 or IPv6 subnet on", () => {
  const devices = [
    makeDevice("pc1", ["A"]),
    makeDevice("pc2", ["A", "B"]),
    makeDevice("pc3", ["B"]),
    makeDevice("pc4", ["A"]),
    makeDevice("loop", ["A", "A"]),
  ];
  const addresses = new Map([
    ["pc1", [ipv4("eth0", "10.0.0.1"), ipv6("eth0", "2001:db8::1")]],
    ["pc2", [ipv4("eth0", "10.0.0.2"), ipv4("eth1", "10.0.0.3"), ipv6("eth0", "2001:db8::2")]],
    // The subnet of pc1, on another LAN.
    ["pc3", [ipv4("eth0", "10.0.0.4")]],
    ["pc4", []],
    // Two interfaces of one device make no pair.
    ["loop", [ipv4("eth0", "10.9.0.1"), ipv4("eth1", "10.9.0.2")]],
  ]);
  const pairs = pairNeighbours(devices, addresses).map(({ lan, from, to }) =>
    `${lan}: ${from.device} ${from.ifname} ${from.address} -> ${to.device} ${to.ifname} ${to.address}`
  );
  assert.deepEqual(pairs, [
    "A: pc1 eth0 10.0.0.1 -> pc2 eth0 10.0.0.2",
    "A: pc1 eth0 2001:db8::1 -> pc2 eth0 2001:db8::2",
    "B: pc2 eth1 10.0.0.3 -> pc3 eth0 10.0.0.4",
  ]);
});

function makeDevice(
  name: string,
  lans: readonly string[],
): Pick<Device, "name" | "interfaces"> {
  const interfaces = lans.map((lan, at) => ({
    name: `eth${at}`,
    lan: { name: lan, network: lan, suffix: "s", vni: 1 },
  }));
  return { name, interfaces };
}

function ipv4(ifname: string, address: string): Address {
  return { ifname, family: "ipv4", address, prefix: 24 };
}

function ipv6(ifname: string, address: string): Address {
  return { ifname, family: "ipv6", address, prefix: 64 };
}
