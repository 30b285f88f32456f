// Addresses as `ip -json` prints them, and which of them are neighbours.
import assert from "node:assert/strict";
import { type Address, areNeighbours, readAddresses } from "./addresses.ts";

Deno.test("global addresses are read; those of the link or the host only are left out, as are interfaces that are down", () => {
  const local = (family: string, local: string, prefixlen: number, scope: string) => ({
    ...{ family, local, prefixlen, scope },
    label: "ignored",
  });
  const json = JSON.stringify([
    { ifname: "lo", flags: ["LOOPBACK", "UP"], addr_info: [local("inet", "127.0.0.1", 8, "host")] },
    {
      ifname: "eth0",
      flags: ["BROADCAST", "UP", "LOWER_UP"],
      addr_info: [
        local("inet", "10.0.0.1", 24, "global"),
        local("inet6", "fe80::1", 64, "link"),
        local("inet6", "2001:db8::1", 64, "global"),
      ],
    },
    { ifname: "eth1", flags: ["UP"], addr_info: [] },
    { ifname: "eth2", flags: ["BROADCAST"], addr_info: [local("inet", "10.0.2.1", 24, "global")] },
  ]);
  assert.deepEqual(readAddresses(json), [
    { ifname: "eth0", family: "ipv4", address: "10.0.0.1", prefix: 24 },
    { ifname: "eth0", family: "ipv6", address: "2001:db8::1", prefix: 64 },
  ]);
});

Deno.test("two addresses are neighbours when each lies in the other's subnet", () => {
  const cases = [
    ["10.0.0.1/24", "10.0.0.2/24", true],
    ["10.0.0.1/24", "10.0.1.2/24", false],
    ["10.0.0.1/24", "10.0.1.2/16", false],
    ["10.0.0.1/24", "10.0.0.1/24", false],
    ["10.0.0.1/32", "10.0.0.2/32", false],
    ["10.0.0.0/31", "10.0.0.1/31", true],
    ["192.168.1.1/0", "10.0.0.1/0", true],
    ["2001:db8::1/64", "2001:db8::ff/64", true],
    ["2001:db8::1/64", "2001:db8:0:1::1/64", false],
    ["10.0.0.1/24", "2001:db8::1/64", false],
  ] as const;
  for (const [a, b, expected] of cases) {
    assert.equal(areNeighbours(read(a), read(b)), expected, `${a} and ${b}`);
    assert.equal(areNeighbours(read(b), read(a)), expected, `${b} and ${a}`);
  }
});

function read(text: string): Address {
  const [address = "", prefix] = text.split("/");
  const family = address.includes(":") ? "ipv6" : "ipv4";
  return { ifname: "eth0", family, address, prefix: Number(prefix) };
}
