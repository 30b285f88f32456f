// Each thing that can be wrong with a LAN's devices is one finding, and nothing else is.
import assert from "node:assert/strict";
import { BRIDGE_FORWARD_MASK, PORT_FORWARD_MASK } from "../iproute2/commands.ts";
import type { Link } from "../iproute2/link.ts";
import { renderAlias } from "./alias.ts";
import { commonMtu, describeFinding, type FoundDevices, inspectLan } from "./inspect_lan.ts";
import { GROUP, lanDevices } from "./lan.ts";

const LAN = { name: "net1", suffix: "ntwork", vni: 10 };
const NAMES = lanDevices(LAN);
const alias = renderAlias({ lan: LAN });
const common = { altnames: [], alias, mac: "02:00:00:00:00:01", mtu: 1450, up: true };
const BRIDGE: Link = {
  ...common,
  ...{ ifindex: 2, ifname: NAMES.bridge, altnames: [NAMES.byName, NAMES.byVni], group: 0 },
  bridge: { snooping: false, groupFwdMask: BRIDGE_FORWARD_MASK },
};
const VXLAN: Link = {
  ...common,
  ...{ ifindex: 3, ifname: NAMES.vxlan, group: 0, master: NAMES.bridge },
  vxlan: { vni: 10, learning: false },
  port: { learning: false, groupFwdMask: PORT_FORWARD_MASK },
};
const PORT: Link = {
  ...common,
  ...{ ifindex: 4, ifname: "mgabcdefghijklm", group: GROUP.ports, master: NAMES.bridge },
  port: { learning: true, groupFwdMask: PORT_FORWARD_MASK },
};
const WHOLE = { bridge: BRIDGE, vxlan: VXLAN, ports: [PORT] };
const { alias: _, ...UNSIGNED } = BRIDGE;
const { master: __, ...OUTSIDE } = PORT;

const WRONG: readonly [code: string, role: string, FoundDevices, words: RegExp][] = [
  ["missing", "bridge", { vxlan: VXLAN, ports: [PORT] }, /^its bridge is gone$/],
  ["missing", "vxlan", { bridge: BRIDGE, ports: [] }, /^its VXLAN device is gone$/],
  ["nameless", "bridge", { ...WHOLE, bridge: { ...BRIDGE, altnames: [NAMES.byName] } }, /its name/],
  ["nameless", "bridge", { ...WHOLE, bridge: { ...BRIDGE, altnames: [NAMES.byVni] } }, /its name/],
  ["unsigned", "bridge", { ...WHOLE, bridge: UNSIGNED }, /its alias/],
  ["unsigned", "vxlan", { ...WHOLE, vxlan: { ...VXLAN, alias: "x" } }, /its alias/],
  ["unsigned", "port", { ...WHOLE, ports: [{ ...PORT, alias: "x" }] }, /^port mg\w+ .* its alias/],
  ["outside", "vxlan", { ...WHOLE, vxlan: { ...VXLAN, master: "b" } }, /not a port of its bridge/],
  ["outside", "port", { ...WHOLE, ports: [OUTSIDE] }, /is not in LAN net1-ntwork$/],
  ["outside", "port", { ...WHOLE, ports: [{ ...PORT, master: "b" }] }, /net1-ntwork but in b$/],
  ["down", "bridge", { ...WHOLE, bridge: { ...BRIDGE, up: false } }, /^its bridge is down$/],
  ["down", "vxlan", { ...WHOLE, vxlan: { ...VXLAN, up: false } }, /^its VXLAN device is down$/],
  ["down", "port", { ...WHOLE, ports: [{ ...PORT, up: false }] }, /^port mg\w+ is down$/],
  ["group", "bridge", { ...WHOLE, bridge: { ...BRIDGE, group: 2 } }, /link group 2, not 0$/],
  ["group", "vxlan", { ...WHOLE, vxlan: { ...VXLAN, group: 1 } }, /link group 1, not 0$/],
  ["group", "port", { ...WHOLE, ports: [{ ...PORT, group: 0 }] }, /link group 0, not 1$/],
  ["mtu", "bridge", { ...WHOLE, bridge: { ...BRIDGE, mtu: 1500 } }, /has MTU 1500, its LAN 1450$/],
  ["mtu", "vxlan", { ...WHOLE, vxlan: { ...VXLAN, mtu: 1300 } }, /has MTU 1300, its LAN 1450$/],
  ["mtu", "port", { ...WHOLE, ports: [{ ...PORT, mtu: 1300 }] }, /has MTU 1300, its LAN 1450$/],
  [
    "forward-mask",
    "bridge",
    { ...WHOLE, bridge: { ...BRIDGE, bridge: { snooping: false, groupFwdMask: 0 } } },
    /its bridge is not set up to forward all: its forwarding mask is 0x0, not 0xfff8$/,
  ],
  [
    "snooping",
    "bridge",
    {
      ...WHOLE,
      bridge: { ...BRIDGE, bridge: { snooping: true, groupFwdMask: BRIDGE_FORWARD_MASK } },
    },
    /multicast snooping is on$/,
  ],
  [
    "forward-mask",
    "vxlan",
    { ...WHOLE, vxlan: { ...VXLAN, port: { learning: false, groupFwdMask: 8 } } },
    /its forwarding mask is 0x8, not 0xfffd$/,
  ],
  [
    "forward-mask",
    "port",
    { ...WHOLE, ports: [{ ...PORT, port: { learning: true, groupFwdMask: 0 } }] },
    /^port mg\w+ .*: its forwarding mask is 0x0, not 0xfffd$/,
  ],
  [
    "learning",
    "vxlan",
    { ...WHOLE, vxlan: { ...VXLAN, port: { learning: true, groupFwdMask: PORT_FORWARD_MASK } } },
    /its VXLAN device .* learning is on$/,
  ],
  [
    "learning",
    "vxlan",
    { ...WHOLE, vxlan: { ...VXLAN, vxlan: { vni: 10, learning: true } } },
    /its VXLAN device .* learning is on$/,
  ],
  [
    "learning",
    "port",
    { ...WHOLE, ports: [{ ...PORT, port: { learning: false, groupFwdMask: PORT_FORWARD_MASK } }] },
    /port mg\w+ .* learning is off$/,
  ],
];

Deno.test("a whole LAN has no finding, nor has one that was listed without details", () => {
  assert.deepEqual(inspectLan(LAN, WHOLE, 1450), []);
  const listed = (link: Link): Link => {
    const { bridge: _bridge, port: _port, vxlan: _vxlan, ...rest } = link;
    return rest;
  };
  const brief = { bridge: listed(BRIDGE), vxlan: listed(VXLAN), ports: [listed(PORT)] };
  assert.deepEqual(inspectLan(LAN, brief, 1450), []);
});

for (const [code, role, devices, words] of WRONG) {
  Deno.test(`what is wrong is said: ${role} ${code}, ${words.source}`, () => {
    const findings = inspectLan(LAN, devices, 1450);
    assert.deepEqual(findings.map((one) => [one.code, one.role]), [[code, role]]);
    assert.match(describeFinding(LAN, findings[0]!), words);
  });
}

Deno.test("without an MTU none is judged; the LAN's is that of most devices", () => {
  const odd = { ...WHOLE, ports: [{ ...PORT, mtu: 1300 }] };
  assert.deepEqual(inspectLan(LAN, odd), []);
  assert.equal(commonMtu(odd), 1450);
  assert.equal(commonMtu({ ...WHOLE, vxlan: { ...VXLAN, mtu: 1300 } }), 1450);
  assert.equal(commonMtu({ vxlan: { ...VXLAN, mtu: 1300 }, ports: [PORT] }), 1300);
  assert.equal(commonMtu({ ports: [] }), undefined);
});
