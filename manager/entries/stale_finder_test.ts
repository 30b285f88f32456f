// Entries of the kernel against what EVPN knows: what stays, what goes, and how much fits.
import assert from "node:assert/strict";
import fc from "fast-check";
import { EVERYONE, type FdbEntry, identify } from "./entries.ts";
import { StaleFinder } from "./stale_finder.ts";

const LAN = "net1-ntwork";
const self = (mac: string, dst: string, ifname = LAN): FdbEntry => ({ mac, ifname, dst });
const inBridge = (mac: string): FdbEntry => ({ mac, ifname: LAN });

/** What is stale where EVPN knows one LAN with two nodes, and a MAC address on one of them. */
function findStale(entries: readonly FdbEntry[]): FdbEntry[] {
  const finder = new StaleFinder();
  for (const one of entries) finder.takeEntry(one);
  finder.takeLan(LAN, ["10.99.0.12", "fd00::12"]);
  finder.takeKnown(LAN, "02:00:00:00:00:02", "10.99.0.12");
  return finder.stale(100);
}

Deno.test("what EVPN knows stays, in the VXLAN device and in the bridge", () => {
  const known = [
    self(EVERYONE, "10.99.0.12"),
    self(EVERYONE, "fd00::12"),
    self("02:00:00:00:00:02", "10.99.0.12"),
    inBridge("02:00:00:00:00:02"),
  ];
  assert.deepEqual(findStale(known), []);
});

Deno.test("nodes and MAC addresses that left, moved or came here are stale", () => {
  const stale = [
    self(EVERYONE, "10.99.0.77"),
    self("02:00:00:00:00:01", "10.99.0.12"),
    self("02:00:00:00:00:02", "10.99.0.77"),
    self("02:00:00:00:00:77", "10.99.0.12"),
    inBridge("02:00:00:00:00:77"),
  ];
  const found = findStale(stale);
  assert.deepEqual(found.map(identify).toSorted(), stale.map(identify).toSorted());
  assert.deepEqual(found[0], stale[0]);
});

Deno.test("what is of devices that EVPN does not know is not looked at", () => {
  const other = self("02:00:00:00:00:99", "10.99.0.77", "other");
  assert.deepEqual(findStale([other, self(EVERYONE, "10.99.0.77", "other")]), []);
  const finder = new StaleFinder();
  for (const one of [other, self(EVERYONE, "10.99.0.77")]) finder.takeEntry(one);
  finder.takeKnown("elsewhere", "02:00:00:00:00:99", "10.99.0.77");
  assert.deepEqual(finder.stale(100), []);
});

Deno.test("it finds just what a plain comparison finds, whatever the order", () => {
  const mac = fc.nat({ max: 20 }).map((n) => `02:ff:00:00:00:${n.toString(16).padStart(2, "0")}`);
  const vtep = fc.constantFrom("10.99.0.12", "10.99.0.13", "fd00::1");
  const pairs = fc.uniqueArray(fc.tuple(mac, vtep), { selector: ([mac]) => mac });
  fc.assert(fc.property(pairs, pairs, (kernel, evpn) => {
    const finder = new StaleFinder();
    for (const [mac, dst] of kernel) {
      finder.takeEntry(self(mac, dst));
      finder.takeEntry(inBridge(mac));
    }
    finder.takeLan(LAN, []);
    for (const [mac, dst] of evpn) finder.takeKnown(LAN, mac, dst);
    const known = new Map(evpn);
    const wanted = kernel.flatMap(([mac, dst]) => [
      ...(known.get(mac) === dst ? [] : [self(mac, dst)]),
      ...(known.has(mac) ? [] : [inBridge(mac)]),
    ]);
    assert.deepEqual(
      finder.stale(100).map(identify).toSorted(),
      wanted.map(identify).toSorted(),
    );
  }));
});

Deno.test("at most so many are named at once", () => {
  const finder = new StaleFinder();
  for (let at = 0; at < 100; at++) {
    finder.takeEntry(inBridge(`02:00:00:00:00:${at.toString(16).padStart(2, "0")}`));
  }
  finder.takeLan(LAN, []);
  assert.equal(finder.stale(30).length, 30);
});
