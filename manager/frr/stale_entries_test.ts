// Entries of the kernel against what EVPN knows: what stays, what goes, what is not looked at.
import assert from "node:assert/strict";
import { deleteEntry, type FdbEntry, findStale } from "./stale_entries.ts";
import type { Evpn } from "./query.ts";

const EVPN: Evpn = {
  vnis: [{ vni: 10, vxlan: "net1-ntwork", remoteVteps: ["10.99.0.12", "fd00::12"] }],
  macs: [
    { vni: 10, mac: "02:00:00:00:00:01", type: "local", behind: "mgport" },
    { vni: 10, mac: "02:00:00:00:00:02", type: "remote", behind: "10.99.0.12" },
  ],
};

const self = (mac: string, dst: string, ifname = "net1-ntwork"): FdbEntry => ({
  mac,
  ifname,
  dst,
  flags: mac.startsWith("00:") ? ["self"] : ["self", "extern_learn"],
});
const inBridge = (mac: string, flags = ["extern_learn"]): FdbEntry => ({
  mac,
  ifname: "net1-ntwork",
  flags,
});
const EVERYONE = "00:00:00:00:00:00";

Deno.test("what EVPN knows stays, in the VXLAN device and in the bridge", () => {
  const known = [
    self(EVERYONE, "10.99.0.12"),
    self(EVERYONE, "fd00::12"),
    self("02:00:00:00:00:02", "10.99.0.12"),
    inBridge("02:00:00:00:00:02"),
  ];
  assert.deepEqual(findStale(known, EVPN), []);
});

Deno.test("nodes and MAC addresses that left, moved or came here are stale", () => {
  const stale = [
    self(EVERYONE, "10.99.0.77"),
    self("02:00:00:00:00:02", "10.99.0.77"),
    self("02:00:00:00:00:77", "10.99.0.12"),
    inBridge("02:00:00:00:00:77"),
    self("02:00:00:00:00:01", "10.99.0.12"),
  ];
  assert.deepEqual(findStale(stale, EVPN), stale);
});

Deno.test("what zebra did not write, or of devices that it does not know, is not looked at", () => {
  const others = [
    inBridge("02:00:00:00:00:88", []),
    { mac: "33:33:00:00:00:01", ifname: "kt-net1-ntwork", flags: ["self"] },
    { mac: "02:00:00:00:00:01", ifname: "mgport", flags: ["extern_learn"] },
    self("02:00:00:00:00:99", "10.99.0.77", "other"),
  ];
  assert.deepEqual(findStale(others, EVPN), []);
  const all = [...others, self(EVERYONE, "10.99.0.77")];
  assert.deepEqual(findStale(all, { vnis: [], macs: [] }), []);
});

Deno.test("a deletion names the table that the entry is in", () => {
  assert.deepEqual(
    [self(EVERYONE, "10.99.0.77"), inBridge("02:00:00:00:00:77")].map((one) =>
      deleteEntry(one).join(" ")
    ),
    [
      "fdb del 00:00:00:00:00:00 dev net1-ntwork dst 10.99.0.77 self",
      "fdb del 02:00:00:00:00:77 dev net1-ntwork master",
    ],
  );
});
