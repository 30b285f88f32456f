// Which devices of the LAN namespace are broken LANs' and which are nobody's.
import assert from "node:assert/strict";
import type { Link } from "../../shared/iproute2/link.ts";
import { renderAlias } from "../../shared/lan/alias.ts";
import { GROUP, lanDevices } from "../../shared/lan/lan.ts";
import { findTroubles } from "./find_troubles.ts";

const LAN = { name: "net1", suffix: "ntwork", vni: 10 };
const NAMES = lanDevices(LAN);
const alias = renderAlias({ lan: LAN });
const link = (ifindex: number, ifname: string, more: Partial<Link> = {}): Link => ({
  ...{ ifindex, ifname, altnames: [], mac: "02:00:00:00:00:01", mtu: 1450, up: true, group: 0 },
  ...more,
});
const BRIDGE = link(2, NAMES.bridge, { alias, altnames: [NAMES.byName, NAMES.byVni] });
const VXLAN = link(3, NAMES.vxlan, { alias, master: NAMES.bridge });
const PORT = link(4, "mgabcdefghijklm", { alias, master: NAMES.bridge, group: GROUP.ports });
const { alias: _, ...UNSIGNED } = PORT;

const CASES: readonly {
  readonly what: string;
  readonly devices: readonly [bridges: Link[], vxlans: Link[], ports: Link[]];
  readonly broken?: number;
  readonly used?: number;
  readonly strays?: readonly Link[];
}[] = [
  { what: "a whole LAN", devices: [[BRIDGE], [VXLAN], [PORT]], used: 1 },
  { what: "an empty LAN", devices: [[BRIDGE], [VXLAN], []] },
  { what: "a LAN without its VXLAN device", devices: [[BRIDGE], [], [PORT]], broken: 1 },
  {
    what: "a LAN in use that is marked for deletion",
    devices: [[{ ...BRIDGE, group: GROUP.deleted }], [VXLAN], [PORT]],
    broken: 1,
  },
  {
    what: "an empty LAN whose deletion was cut off",
    devices: [[{ ...BRIDGE, group: GROUP.deleted }], [], []],
    strays: [{ ...BRIDGE, group: GROUP.deleted }],
  },
  {
    what: "a port that is to be deleted",
    devices: [[BRIDGE], [VXLAN], [{ ...PORT, group: GROUP.deleted }]],
    strays: [{ ...PORT, group: GROUP.deleted }],
  },
  { what: "a port that has lost its alias", devices: [[BRIDGE], [VXLAN], [UNSIGNED]], broken: 1 },
  {
    what: "a port of a killed call, which is not up yet",
    devices: [[BRIDGE], [VXLAN], [{ ...UNSIGNED, up: false }]],
    strays: [{ ...UNSIGNED, up: false }],
  },
  {
    what: "a VXLAN device of no LAN, of a killed call",
    devices: [[], [link(5, "half-ntwork")], []],
    strays: [link(5, "half-ntwork")],
  },
];

for (const { what, devices, broken = 0, used = 0, strays = [] } of CASES) {
  Deno.test(`troubles: ${what}`, () => {
    const [bridges, vxlans, ports] = devices;
    const troubles = findTroubles({ bridges, vxlans, ports });
    assert.equal(troubles.broken.length, broken);
    assert.equal(troubles.used.length, used);
    assert.deepEqual(troubles.strays, strays);
  });
}
