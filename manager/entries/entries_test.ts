// The words of bridge(8) about entries: read, and written.
import assert from "node:assert/strict";
import { addEntry, deleteEntry, type FdbEntry, parseChange, parseEntry } from "./entries.ts";

const self = (mac: string, dst: string, ifname = "net1-ntwork"): FdbEntry => ({ mac, ifname, dst });
const inBridge = (mac: string): FdbEntry => ({ mac, ifname: "net1-ntwork" });
const EVERYONE = "00:00:00:00:00:00";

Deno.test("a deletion names the table that the entry is in", () => {
  assert.deepEqual(
    [self(EVERYONE, "10.99.0.77"), inBridge("02:00:00:00:00:77")].map((one) =>
      deleteEntry(one).words.join(" ")
    ),
    [
      "fdb del 00:00:00:00:00:00 dev net1-ntwork dst 10.99.0.77 self",
      "fdb del 02:00:00:00:00:77 dev net1-ntwork master",
    ],
  );
});

Deno.test("an entry is made in the table that it is in, for everyone one beside others", () => {
  const remote = self("02:00:00:00:00:77", "10.99.0.12");
  assert.deepEqual(
    [self(EVERYONE, "10.99.0.77"), remote, inBridge("02:00:00:00:00:77")].map((one) =>
      addEntry(one).words.join(" ")
    ),
    [
      "fdb append 00:00:00:00:00:00 dev net1-ntwork dst 10.99.0.77 self permanent",
      "fdb replace 02:00:00:00:00:77 dev net1-ntwork dst 10.99.0.12 self dynamic extern_learn",
      "fdb replace 02:00:00:00:00:77 dev net1-ntwork master dynamic extern_learn",
    ],
  );
});

Deno.test("an entry is read from what bridge says, where it leads to another node", () => {
  const entries: [string, FdbEntry | undefined][] = [
    ["02:00:00:00:00:02 dev net1-ntwork vlan 1 extern_learn master kt-net1-ntwork", undefined],
    [
      "00:00:00:00:00:00 dev net1-ntwork dst 10.99.0.12 link-netnsid 0 self permanent",
      self(EVERYONE, "10.99.0.12"),
    ],
    [
      "02:00:00:00:00:02 dev net1-ntwork dst fd00::12 link-netnsid 0 self extern_learn ",
      self("02:00:00:00:00:02", "fd00::12"),
    ],
    [
      "02:00:00:00:00:02 dev net1-ntwork extern_learn master kt-net1-ntwork ",
      inBridge("02:00:00:00:00:02"),
    ],
    ["02:00:00:00:00:01 dev mg555urr4ibfh6q master kt-net1-ntwork ", undefined],
    ["33:33:00:00:00:01 dev mg555urr4ibfh6q self permanent", undefined],
    ["", undefined],
  ];
  for (const [line, entry] of entries) {
    assert.deepEqual(parseEntry(line), entry, line);
    for (const isDeleted of [false, true]) {
      const change = parseChange(isDeleted ? `Deleted ${line}` : line);
      assert.deepEqual(change, entry && { entry, isDeleted }, line);
    }
  }
});
