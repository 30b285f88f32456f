// From what stands to a whole LAN: the commands, in their order, and what is refused instead.
import assert from "node:assert/strict";
import { FaultError } from "../faults.ts";
import type { Link } from "../iproute2/link.ts";
import { renderAlias } from "./alias.ts";
import { GROUP, lanDevices } from "./lan.ts";
import type { LanState } from "./lan_state.ts";
import { planCreateLan, refuseConflicts } from "./plan_create.ts";

const LAN = { name: "net1", suffix: "ntwork", vni: 10 };
const { bridge: B, vxlan: V, byName, byVni } = lanDevices(LAN);
const ALIAS = renderAlias({ lan: LAN });
const WANTED = {
  ...{ lan: LAN, mtu: 1450, vtep: "192.0.2.1", vxlanPort: 4789 },
  ...{ lanNetns: "/lans", underlayNetns: "/node", birthplace: "lan" as const },
};

const common = { altnames: [], alias: ALIAS, mac: "02:00:00:00:00:01", mtu: 1450, up: true };
const BRIDGE: Link = { ...common, ifindex: 2, ifname: B, altnames: [byVni, byName], group: 0 };
const VXLAN: Link = { ...common, ifindex: 3, ifname: V, group: 0, master: B, vxlan: { vni: 10 } };
const NAMED = { holderOfName: BRIDGE, holderOfVni: BRIDGE };
const WHOLE: LanState = { bridge: BRIDGE, vxlan: VXLAN, ...NAMED };
const MARKED = { group: GROUP.deleted };

const MAKE_BRIDGE =
  `link add name ${B} mtu 1450 up type bridge mcast_snooping 0 group_fwd_mask 65528`;
const KEEP_BRIDGE = `link set dev ${B} group 0 up`;
const SIGN = `link set dev ${B} alias ${ALIAS}`;
const CLAIM = `link property add dev ${B} altname ${byVni}`;
const MAKE_VXLAN = `link add name ${V} link-netns /node master ${B} mtu 1450 ` +
  "type vxlan id 10 local 192.0.2.1 dstport 4789 nolearning";
const SETTINGS = `up alias ${ALIAS} ` +
  "type bridge_slave learning off neigh_suppress off group_fwd_mask 65533";
const SET_UP_VXLAN = `link set dev ${V} ${SETTINGS}`;
const KEEP_VXLAN = [`link set dev ${V} group 0`, `link set dev ${V} master ${B}`].concat(
  SET_UP_VXLAN,
);
const NAME = `link property add dev ${B} altname ${byName}`;

const PLANS: readonly [title: string, state: LanState, lines: readonly string[]][] = [
  ["nothing stands", {}, [MAKE_BRIDGE, SIGN, CLAIM, MAKE_VXLAN, SET_UP_VXLAN, NAME]],
  ["all stands", WHOLE, []],
  [
    "a start was killed when it had its bridge",
    { bridge: { ...BRIDGE, altnames: [] } },
    [KEEP_BRIDGE, SIGN, CLAIM, MAKE_VXLAN, SET_UP_VXLAN, NAME],
  ],
  [
    "a start was killed when it had claimed the VNI",
    { bridge: BRIDGE, holderOfVni: BRIDGE },
    [KEEP_BRIDGE, SIGN, MAKE_VXLAN, SET_UP_VXLAN, NAME],
  ],
  [
    "a start was killed before its last mark",
    { bridge: BRIDGE, vxlan: VXLAN, holderOfVni: BRIDGE },
    [KEEP_BRIDGE, SIGN, ...KEEP_VXLAN, NAME],
  ],
  [
    "the bridge is down",
    { ...WHOLE, bridge: { ...BRIDGE, up: false } },
    [KEEP_BRIDGE, SIGN, ...KEEP_VXLAN],
  ],
  [
    "the VXLAN device has left the bridge",
    { ...WHOLE, vxlan: { ...VXLAN, master: "other" } },
    [KEEP_BRIDGE, SIGN, ...KEEP_VXLAN],
  ],
  [
    "the VXLAN device is gone",
    { bridge: BRIDGE, ...NAMED },
    [KEEP_BRIDGE, SIGN, MAKE_VXLAN, SET_UP_VXLAN],
  ],
  [
    "a DEL was killed between its marks",
    { ...WHOLE, vxlan: { ...VXLAN, ...MARKED } },
    [KEEP_BRIDGE, SIGN, ...KEEP_VXLAN],
  ],
  [
    "a DEL was killed after its marks",
    { ...WHOLE, bridge: { ...BRIDGE, ...MARKED }, vxlan: { ...VXLAN, ...MARKED } },
    [KEEP_BRIDGE, SIGN, ...KEEP_VXLAN],
  ],
];

for (const [title, state, lines] of PLANS) {
  Deno.test(`a LAN is planned where ${title}`, () => {
    const steps = planCreateLan(WANTED, state);
    assert.deepEqual(steps.map(({ change }) => change.words.join(" ")), lines);
    assert.ok(steps.every(({ netns }) => netns === "/lans"));
  });
}

Deno.test("before Linux 6.15 the VXLAN device is made in the node's namespace, and moved", () => {
  const steps = planCreateLan({ ...WANTED, birthplace: "node" }, { bridge: BRIDGE, ...NAMED });
  const lines = steps.map(({ netns, change }) => `${netns}: ${change.words.join(" ")}`);
  assert.deepEqual(lines, [
    `/lans: ${KEEP_BRIDGE}`,
    `/lans: ${SIGN}`,
    `/node: link add name ${byVni} mtu 1450 type vxlan id 10 local 192.0.2.1 dstport 4789 nolearning`,
    `/node: link set dev ${byVni} netns /lans name ${V}`,
    `/lans: link set dev ${V} master ${B}`,
    `/lans: ${SET_UP_VXLAN}`,
  ]);
  const undone = steps.flatMap(({ netns, undo, undoNetns }) =>
    undo === undefined ? [] : [`${undoNetns ?? netns}: ${undo.words.join(" ")}`]
  );
  assert.deepEqual(undone, [`/node: link del dev ${byVni}`, `/lans: link del dev ${V}`]);
  const kept = planCreateLan({ ...WANTED, birthplace: "node" }, {
    ...WHOLE,
    bridge: { ...BRIDGE, up: false },
  });
  assert.deepEqual(kept.map(({ change }) => change.words.join(" ")), [
    KEEP_BRIDGE,
    SIGN,
    ...KEEP_VXLAN,
  ]);
});

Deno.test("what a plan makes, it can take back", () => {
  const undone = planCreateLan(WANTED, {}).flatMap(({ undo }) => undo ?? []);
  const lines = [`link del dev ${B}`, `link del dev ${V}`];
  assert.deepEqual(undone.map(({ words }) => words.join(" ")), lines);
});

const OTHER = renderAlias({ lan: { ...LAN, name: "net2" } });
const RENUMBERED = renderAlias({ lan: { ...LAN, vni: 11 } });
const { alias: _, ...UNSIGNED } = VXLAN;

const CONFLICTS: readonly [title: string, state: LanState, refused: RegExp | undefined][] = [
  ["nothing stands", {}, undefined],
  ["all is its own", WHOLE, undefined],
  ["its VXLAN device is not signed yet", { vxlan: UNSIGNED }, undefined],
  ["another LAN has its VNI", { holderOfVni: { ...BRIDGE, alias: OTHER } }, /LAN net2-ntwork has/],
  ["it has another VNI", { holderOfName: { ...BRIDGE, alias: RENUMBERED } }, /its vxlanId is 11 /],
  [
    "a stranger has its bridge's name",
    { bridge: { ...BRIDGE, alias: "x" } },
    /is not one of a LAN/,
  ],
  [
    "a VXLAN device of its name has another VNI",
    { vxlan: { ...UNSIGNED, vxlan: { vni: 11 } } },
    /is not one of a LAN/,
  ],
];

for (const [title, state, refused] of CONFLICTS) {
  Deno.test(`a LAN is ${refused === undefined ? "taken" : "refused"} where ${title}`, () => {
    if (refused === undefined) return refuseConflicts(LAN, state);
    assert.throws(
      () => refuseConflicts(LAN, state),
      (error) =>
        error instanceof FaultError && error.fault.kind === "config" &&
        refused.test(error.message),
    );
  });
}
