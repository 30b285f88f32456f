// What an inventory says of devices and sessions, and that its schema takes whatever it says.
import assert from "node:assert/strict";
import { NODES_LAN } from "../../shared/lan/nodes_lan.ts";
import { renderAlias } from "../../shared/lan/alias.ts";
import type { Link } from "../../shared/iproute2/link.ts";
import type { Session } from "../frr/query.ts";
import { buildInventory, type Found, titleOf } from "./build_inventory.ts";
import { inventory, MOST_LANS, MOST_PORTS } from "./inventory.ts";
import { DeviceCounters } from "../lans/device_counters.ts";
import { selectPorts, withCounters } from "./port_counters.ts";

const LAN = { name: "net1", suffix: "ntwork", vni: 10 };
const link = (ifname: string, more: Partial<Link> = {}): Link => ({
  ...{ ifindex: 1, ifname, altnames: [], mac: "", mtu: 1450, up: true, carrier: true, group: 0 },
  ...more,
});
const BRIDGE = link("kt-net1-ntwork", { alias: renderAlias({ lan: LAN }) });
const MAC = "02:00:00:00:00:01";
const port = (ifname: string, pod?: string, more: Partial<Link> = {}, mac?: string) =>
  link(ifname, {
    alias: renderAlias({
      lan: LAN,
      owner: { ifname: "eth1", ...(mac && { mac }), ...(pod && { pod }) },
    }),
    master: BRIDGE.ifname,
    ...more,
  });
const SESSION: Session = {
  ...{ peer: "10.99.0.1", hostname: "rr", state: "Established", uptimeMs: 60_000 },
  ...{ prefixesReceived: 1, prefixesSent: 2 },
};
const NOW = Date.parse("2026-11-28T12:00:00Z");
const found = (more: Partial<Found> = {}): Found => ({
  now: NOW,
  node: {
    ...{ name: "w1", address: "10.99.0.11", role: "worker", version: "0", ready: true },
    reasons: [],
  },
  seen: { daemons: ["bgpd"], sessions: [SESSION] },
  age: 0,
  devices: { bridges: [BRIDGE], vxlans: [link("net1-ntwork")], ports: [] },
  events: [],
  ...more,
});

Deno.test("a port is told with pod, interface, LAN, MAC address and state", () => {
  const devices = {
    bridges: [BRIDGE, link("kt-nodes", { alias: renderAlias({ lan: NODES_LAN }) })],
    vxlans: [link("net1-ntwork", { up: false })],
    ports: [
      port("mgb", "lab/pc2", { up: false }),
      port("mga", "lab/pc1", {}, MAC),
      link("foreign", { master: BRIDGE.ifname }),
    ],
  };
  const made = buildInventory(found({ devices }));
  assert.deepEqual(made.lans, [{
    ...LAN,
    ...{ mtu: 1450, bridge: BRIDGE.ifname, vxlan: { device: "net1-ntwork", state: "down" } },
  }]);
  const common = { namespace: "lab", interface: "eth1", lan: "net1-ntwork", vni: 10 };
  assert.deepEqual(made.ports, [
    { port: "mga", pod: "pc1", ...common, mac: MAC, state: "up" },
    { port: "mgb", pod: "pc2", ...common, state: "down" },
  ]);
  assert.deepEqual(inventory.parse(JSON.parse(JSON.stringify(made))), made);
});

Deno.test("states: a pod that has set its end down, and a VXLAN device that is missing", () => {
  const { carrier: _, ...downThere } = port("mga", "lab/pc1");
  const devices = { bridges: [BRIDGE], vxlans: [], ports: [downThere] };
  const made = buildInventory(found({ devices }));
  assert.equal(made.ports[0]?.state, "no-carrier");
  assert.equal(made.lans[0]?.vxlan.state, "missing");
});

Deno.test("a port without a pod is called by its name and interface", () => {
  const devices = { bridges: [BRIDGE], vxlans: [], ports: [port("mga")] };
  const [one] = buildInventory(found({ devices })).ports;
  assert.equal(titleOf(one!), "mga eth1");
});

Deno.test("a session's time stays while it is the same session", () => {
  const first = buildInventory(found());
  assert.equal(first.sessions[0]?.since, "2026-11-28T11:59:00.000Z");
  const look = (uptimeMs: number, state = "Established", now = NOW + 5_300) =>
    buildInventory(
      found({ now, seen: { daemons: [], sessions: [{ ...SESSION, state, uptimeMs }] } }),
      first,
    ).sessions[0]?.since;
  assert.equal(look(65_000), first.sessions[0]?.since);
  assert.equal(look(1_000), "2026-11-28T12:00:04.300Z");
  assert.equal(look(2_300, "Active"), "2026-11-28T12:00:03.000Z");
});

Deno.test("a session's time does not depend on how long FRR has been silent", () => {
  const first = buildInventory(found());
  const later = buildInventory(found({ now: NOW + 60_000, age: 60_000 }), first);
  assert.equal(later.sessions[0]?.since, first.sessions[0]?.since);
});

Deno.test("more ports than a message takes are counted", () => {
  const ports = Array.from({ length: MOST_PORTS + 3 }, (_, at) => port(`mg${at}`));
  const made = buildInventory(found({ devices: { bridges: [BRIDGE], vxlans: [], ports } }));
  assert.deepEqual([made.ports.length, made.portsLeftOut], [MOST_PORTS, 3]);
});

Deno.test("more LANs than a message takes are left out, those of the highest VNIs", () => {
  const bridges = Array.from({ length: MOST_LANS + 3 }, (_, vni) => {
    const alias = renderAlias({ lan: { ...LAN, name: `net${vni}`, vni: vni + 1 } });
    return link(`kt-net${vni}`, { alias });
  }).reverse();
  const { lans } = buildInventory(found({ devices: { bridges, vxlans: [], ports: [] } }));
  assert.deepEqual([lans.length, lans.at(-1)?.vni], [MOST_LANS, MOST_LANS]);
});

Deno.test("counters are told as the pod sees them", () => {
  const text = "mga: 7 1 2 3 0 0 0 0 9 4 5 6 0 0 0 0\n";
  const names = ["mga", "gone"];
  const counters = selectPorts(new DeviceCounters(text), names, "2026-11-28T12:00:00.000Z");
  const devices = { bridges: [BRIDGE], vxlans: [], ports: [port("mga")] };
  const [one] = withCounters(buildInventory(found({ devices })), counters).ports;
  const { time: _time, ...counted } = one?.counters ?? assert.fail("there are none");
  assert.deepEqual(counted, {
    ...{ rxBytes: 9, rxPackets: 4, rxErrors: 5, rxDropped: 6 },
    ...{ txBytes: 7, txPackets: 1, txErrors: 2, txDropped: 3 },
  });
});

Deno.test("a name that no device can have is refused", () => {
  const made = (pod: string) => ({
    ...buildInventory(found()),
    ports: [{ port: "mga", pod, lan: "net1-ntwork", vni: 10, state: "up" }],
  });
  assert.equal(inventory.safeParse(made("p".repeat(255))).success, true);
  assert.equal(inventory.safeParse(made("p".repeat(256))).success, false);
});
