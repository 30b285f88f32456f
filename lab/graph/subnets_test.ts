// What stands at a LAN and what at an interface make the address together.
import assert from "node:assert/strict";
import { shortenAddress, subnetOf } from "./subnets.ts";

for (
  const [address, subnet, short] of [
    ["10.0.1.7/24", "10.0.1.0/24", ".7"],
    ["10.0.1.7/30", "10.0.1.4/30", ".7"],
    ["172.16.9.1/16", "172.16.0.0/16", ".9.1"],
    ["10.0.0.1/0", "0.0.0.0/0", "10.0.0.1"],
    ["2001:db8::7/64", "2001:db8::/64", "::7"],
    ["2001:db8:0:1::7:8/64", "2001:db8:0:1::/64", "::7:8"],
    ["nonsense", undefined, "nonsense"],
  ] as const
) {
  Deno.test(`${address} is ${short} of ${subnet}`, () => {
    assert.equal(subnetOf(address), subnet);
    assert.equal(shortenAddress(address), short);
  });
}
