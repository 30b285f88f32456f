// Which device carries VXLAN, of those that a node may have.
import assert from "node:assert/strict";
import { type Candidate, chooseUnderlay, type UnderlayHint } from "./underlay.ts";

const ETH0: Candidate = { device: "eth0", mtu: 1500, addresses: ["192.0.2.1", "2001:db8::1"] };
const ETH1: Candidate = { device: "eth1", mtu: 9000, addresses: ["198.51.100.1"] };
const SIX: Candidate = { device: "six", mtu: 1400, addresses: ["2001:db8::2"] };
const NONE: Candidate = { device: "none", mtu: 1500, addresses: [] };
const ALL = [NONE, ETH1, ETH0, SIX];

/** Devices of default routes, hint, and what is chosen. */
const CASES: [string, string[], UnderlayHint, string | undefined, number?][] = [
  ["the default route's device", ["eth0"], {}, "192.0.2.1", 1500],
  [
    "the first default route whose device has an address",
    ["none", "gone", "eth0"],
    {},
    "192.0.2.1",
    1500,
  ],
  ["any device without a default route", [], {}, "198.51.100.1", 9000],
  ["the device that is named", ["eth0"], { device: "six" }, "2001:db8::2", 1400],
  ["a named device without address", ["eth0"], { device: "none" }, undefined],
  ["a named device that is not there", ["eth0"], { device: "gone" }, undefined],
  [
    "the named device where its address is none of the named ones",
    ["eth0"],
    { device: "six", address: "192.0.2.1" },
    "2001:db8::2",
    1400,
  ],
  [
    "the named device, by that of its addresses that is named",
    ["eth1"],
    { device: "eth0", address: "2001:db8::1" },
    "2001:db8::1",
    1500,
  ],
  ["the address that is named", ["eth1"], { address: "2001:db8::1" }, "2001:db8::1", 1500],
  ["an address of nobody", ["eth1"], { address: "192.0.2.9" }, undefined],
];

for (const [title, defaults, hint, vtep, mtu] of CASES) {
  Deno.test(`the underlay is ${title}`, () => {
    assert.deepEqual(chooseUnderlay(ALL, defaults, hint), vtep && { vtep, mtu });
  });
}

Deno.test("without any address there is no underlay", () => {
  assert.equal(chooseUnderlay([NONE], ["none"], {}), undefined);
  assert.equal(chooseUnderlay([], [], {}), undefined);
});
