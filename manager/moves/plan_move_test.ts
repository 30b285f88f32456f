// What a hint leads to, and what becomes of it, as tables.
import assert from "node:assert/strict";
import type { MacPlace } from "../frr/macs.ts";
import type { Place } from "./places.ts";
import { planFollow, planSettle } from "./plan_move.ts";

const MAC = "02:00:00:00:00:50";
const [OLD, NEW, THIRD] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
const HINT = { vni: 10, bridge: "kt-a", vxlan: "a", mac: MAC, vtep: NEW };
const NODES = new Set([OLD, NEW, THIRD]);

const toVtep = (vtep: string) => `fdb replace ${MAC} dev a dst ${vtep} self dynamic extern_learn`;
const TO_VXLAN = `fdb replace ${MAC} dev a master dynamic extern_learn`;

const FOLLOWED: readonly [
  string,
  Place,
  Partial<{ vteps: Set<string>; isOvertaken: true }>,
  string[] | 0,
][] = [
  ["behind another node", { port: "a", vtep: OLD }, {}, [toVtep(NEW)]],
  ["learnt at a port", { port: "mg1" }, {}, [toVtep(NEW), TO_VXLAN]],
  ["learnt at a port, once elsewhere", { port: "mg1", vtep: OLD }, {}, [toVtep(NEW), TO_VXLAN]],
  ["there already", { port: "a", vtep: NEW }, {}, []],
  [
    "behind another node, and EVPN wrote it over a pod's",
    {
      ...{ port: "a", vtep: OLD, isWritten: true },
    },
    {},
    [toVtep(NEW)],
  ],
  ["a pod's of this node", { port: "mg1", isWritten: true }, {}, 0],
  ["new here", {}, {}, 0],
  ["new here, once elsewhere", { vtep: OLD }, {}, 0],
  ["behind the VXLAN device, and nobody says where", { port: "a" }, {}, 0],
  ["at a port to which it has just come", { port: "mg1" }, { isOvertaken: true }, 0],
  ["on a LAN that the node is not on", { port: "a", vtep: OLD }, { vteps: new Set([OLD]) }, 0],
];

for (const [where, place, { vteps, isOvertaken = false }, expected] of FOLLOWED) {
  Deno.test(`a hint of an address that is ${where}`, () => {
    const plan = planFollow(HINT, place, vteps ?? NODES, isOvertaken);
    assert.deepEqual(plan?.map(({ words }) => words.join(" ")) ?? 0, expected);
  });
}

Deno.test("no hint of a LAN without other nodes is followed", () => {
  assert.equal(planFollow(HINT, { port: "a", vtep: OLD }, undefined, false), undefined);
});

const BACK = `fdb replace ${MAC} dev mg1 master dynamic`;
const GONE = [`fdb del ${MAC} dev a dst ${NEW} self`, `fdb del ${MAC} dev a master`];
const AS_HINTED: Place = { port: "a", vtep: NEW };

const SETTLED: readonly [string, string | undefined, Place, MacPlace, string[]][] = [
  ["EVPN confirms", undefined, AS_HINTED, { vtep: NEW }, []],
  ["EVPN has another node", undefined, AS_HINTED, { vtep: OLD }, [toVtep(OLD), TO_VXLAN]],
  ["EVPN has another node, and entries are gone", undefined, {}, { vtep: OLD }, [
    ...[toVtep(OLD), TO_VXLAN],
  ]],
  ["EVPN has it nowhere", undefined, AS_HINTED, undefined, GONE],
  ["EVPN has it nowhere, and entries are gone", undefined, {}, undefined, []],
  ["EVPN has it nowhere, and it was here", "mg1", AS_HINTED, undefined, [GONE[0]!, BACK]],
  ["EVPN has it nowhere, and it was here; entries are gone", "mg1", {}, undefined, [BACK]],
  ["EVPN has another node, and it was here", "mg1", AS_HINTED, { vtep: NEW }, []],
  ["EVPN has it here", "mg1", AS_HINTED, "local", []],
  ["it is here again", "mg1", { port: "mg1", vtep: NEW }, undefined, []],
  ["it is here again, and EVPN does not know", "mg1", { port: "mg1" }, { vtep: NEW }, []],
];

for (const [when, port, place, evpn, expected] of SETTLED) {
  Deno.test(`a hint is settled when ${when}`, () => {
    const plan = planSettle({ ...HINT, ...(port !== undefined && { port }) }, place, evpn);
    assert.deepEqual(plan.map(({ words }) => words.join(" ")), expected);
  });
}
