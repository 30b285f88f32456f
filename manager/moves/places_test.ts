// What bridge(8) says about a MAC address, read.
import assert from "node:assert/strict";
import { askPlaces, parseArrival, parsePlaces } from "./places.ts";

const LAN = { vni: 10, bridge: "kt-a", vxlan: "a" };
const OTHER = { vni: 20, bridge: "kt-b", vxlan: "b" };
const [ONE, TWO] = ["02:00:00:00:00:01", "02:00:00:00:00:02"];

Deno.test("places are read for each address and LAN, whatever is missing", () => {
  const asked = [{ ...LAN, mac: ONE }, { ...LAN, mac: TWO }, { ...OTHER, mac: ONE }];
  assert.deepEqual(askPlaces(asked).slice(0, 2).map(({ words }) => words.join(" ")), [
    `fdb get ${ONE} br kt-a`,
    `fdb get ${ONE} dev a self`,
  ]);
  const entry = (mac: string, ifname: string, more: object) =>
    JSON.stringify([{ mac, ifname, flags: [], state: "", ...more }]);
  const flags = ["self", "extern_learn"];
  const answers = [
    entry(ONE, "a", { flags: ["extern_learn"], master: "kt-a" }),
    entry(ONE, "a", { flags, dst: "10.0.0.2" }),
    undefined,
    "[]",
    entry(ONE, "mg1", { master: "kt-b", state: "static" }),
    undefined,
    entry(ONE, "mg1", { master: "kt-b", flags: ["sticky"] }),
    entry(TWO, "b", { flags, dst: "10.0.0.3", state: "permanent" }),
  ];
  assert.deepEqual(parsePlaces(answers), [
    { port: "a", vtep: "10.0.0.2" },
    {},
    { port: "mg1", isWritten: true },
    { port: "mg1", isWritten: true, vtep: "10.0.0.3" },
  ]);
  assert.throws(() => parsePlaces(["fdb", undefined]));
});

const LINES: readonly [string, string | undefined][] = [
  [`${ONE} dev mg1 master kt-a `, "mg1"],
  [`${ONE} dev mg1 vlan 1 master kt-a`, "mg1"],
  [`${ONE} dev mg1 master kt-a static`, "mg1"],
  [`${ONE} dev a extern_learn master kt-a `, undefined],
  [`${ONE} dev a dst 10.0.0.2 self extern_learn`, undefined],
  [`${ONE} dev mg1 master kt-a permanent`, undefined],
  [`Deleted ${ONE} dev mg1 master kt-a`, undefined],
  ["", undefined],
];

for (const [line, port] of LINES) {
  Deno.test(`"${line}" tells of ${port === undefined ? "no arrival" : "an arrival"}`, () => {
    const expected = port === undefined ? undefined : { mac: ONE, port, bridge: "kt-a" };
    assert.deepEqual(parseArrival(line), expected);
  });
}
