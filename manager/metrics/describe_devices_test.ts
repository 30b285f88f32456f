// Whose series the devices are: labels, what is nobody's, and that no two are the same.
import assert from "node:assert/strict";
import { renderAlias } from "../../shared/lan/alias.ts";
import type { Link } from "../../shared/iproute2/link.ts";
import { NODES_LAN } from "../../shared/lan/nodes_lan.ts";
import { describeDevices } from "./describe_devices.ts";
import { MOST } from "./row.ts";

const LAN = { name: "net1", suffix: "ntwork", vni: 10 };
const link = (ifindex: number, ifname: string, more: Partial<Link> = {}): Link => ({
  ...{ ifindex, ifname, altnames: [], mac: "", mtu: 1450, up: true, carrier: true, group: 0 },
  ...more,
});
const alias = renderAlias({ lan: LAN });
const BRIDGE = link(1, "kt-net1-ntwork", { alias });
const port = (ifindex: number, pod?: string, more: Partial<Link> = {}) =>
  link(ifindex, `mg${ifindex}`, {
    alias: renderAlias({ lan: LAN, owner: { ifname: "eth1", ...(pod && { pod }) } }),
    ...{ master: BRIDGE.ifname, ...more },
  });
const LABELS = { lan: "net1-ntwork", vni: "10" };

Deno.test("a port has LAN, pod and interface; one without a pod has its device's name", () => {
  const { lans, ports, vxlans } = describeDevices({
    bridges: [BRIDGE, link(2, "kt-nodes-~vtep", { alias: renderAlias({ lan: NODES_LAN }) })],
    vxlans: [link(3, "net1-ntwork", { alias }), link(4, "other", { alias })],
    ports: [port(6), port(5, "lab/pc1"), port(7, "lab/pc2", { master: undefined! })],
  });
  assert.deepEqual(lans, [{ name: BRIDGE.ifname, labels: LABELS, ports: 2 }]);
  assert.deepEqual(vxlans, [{ name: "net1-ntwork", labels: LABELS }]);
  assert.deepEqual(ports, [
    { name: "mg5", labels: { ...LABELS, namespace: "lab", pod: "pc1", interface: "eth1" } },
    { name: "mg6", labels: { ...LABELS, namespace: "", pod: "mg6", interface: "eth1" } },
  ]);
});

Deno.test("of two ports of one pod's interface, the newer one counts", () => {
  const ports = [port(9, "lab/pc1"), port(5, "lab/pc1")];
  const described = describeDevices({ bridges: [BRIDGE], vxlans: [], ports });
  assert.deepEqual(described.ports.map(({ name }) => name), ["mg9"]);
});

Deno.test("more ports than are told are counted", () => {
  const ports = Array.from({ length: MOST.ports + 7 }, (_, at) => port(at + 5, `lab/pc${at}`));
  const described = describeDevices({ bridges: [BRIDGE], vxlans: [], ports });
  assert.deepEqual([described.ports.length, described.portsLeftOut], [MOST.ports, 7]);
  assert.equal(described.ports[0]?.name, "mg5");
});
