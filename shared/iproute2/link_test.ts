// Reading of `ip -json -details link show`, as iproute2 6.1 prints it.
import assert from "node:assert/strict";
import { parseLinks } from "./link.ts";

/** Shortened by keys that nobody reads. */
const PORT = {
  ...{ ifindex: 4, link_index: 2, ifname: "mgk6y7abpjzoker", mtu: 1450, qdisc: "noqueue" },
  flags: ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
  ...{ master: "kt-net1-ntwork", operstate: "UP", group: "1", address: "be:99:9d:a2:1e:ee" },
  ...{ link_netnsid: 1, ifalias: "megalos,vni=10,suffix=ntwork,name=net1,if=net1" },
  linkinfo: {
    ...{ info_kind: "veth", info_slave_kind: "bridge" },
    info_slave_data: { state: "forwarding", learning: true, group_fwd_mask: "0xfffd" },
  },
};
const BRIDGE = {
  ...{ ifindex: 2, ifname: "kt-net1-ntwork", flags: ["NO-CARRIER", "UP"], mtu: 1450 },
  ...{ group: "default", address: "42:6a:87:ed:70:f4", altnames: ["vni~10", "lan~net1~ntwork"] },
  linkinfo: { info_kind: "bridge", info_data: { mcast_snooping: 0, group_fwd_mask: "0xfff8" } },
};
const VXLAN = {
  ...{
    ifindex: 3,
    ifname: "net1-ntwork",
    flags: ["BROADCAST"],
    mtu: 1450,
    address: "42:6a:00:00:00:01",
  },
  ...{ group: "2", master: "kt-net1-ntwork" },
  linkinfo: {
    ...{
      info_kind: "vxlan",
      info_data: { id: 10, local: "10.99.0.11", port: 4789, learning: false },
    },
    ...{
      info_slave_kind: "bridge",
      info_slave_data: { learning: false, group_fwd_mask: "0xfffd" },
    },
  },
};

Deno.test("a port, a bridge and a VXLAN device", () => {
  const [port, bridge, vxlan] = parseLinks(JSON.stringify([PORT, BRIDGE, VXLAN]));
  assert.deepEqual(port, {
    ...{ ifindex: 4, ifname: "mgk6y7abpjzoker", altnames: [], mac: "be:99:9d:a2:1e:ee", mtu: 1450 },
    ...{
      up: true,
      carrier: true,
      group: 1,
      alias: PORT.ifalias,
      master: "kt-net1-ntwork",
      kind: "veth",
    },
    peer: 2,
    port: { learning: true, groupFwdMask: 0xfffd },
  });
  assert.deepEqual([bridge?.altnames, bridge?.group, bridge?.up], [BRIDGE.altnames, 0, true]);
  assert.deepEqual(bridge?.bridge, { snooping: false, groupFwdMask: 0xfff8 });
  assert.deepEqual([vxlan?.vxlan, vxlan?.up, vxlan?.group], [
    { vni: 10, local: "10.99.0.11", vxlanPort: 4789, learning: false },
    false,
    2,
  ]);
});

Deno.test("an IPv6 VTEP address, and VNI 0", () => {
  const info_data = { id: 0, local6: "2001:db8::1", port: 4789 };
  const raw = { ...VXLAN, linkinfo: { info_kind: "vxlan", info_data } };
  const [link] = parseLinks(JSON.stringify([raw]));
  assert.deepEqual(link?.vxlan, { vni: 0, local: "2001:db8::1", vxlanPort: 4789 });
});

Deno.test("what a filter leaves out is skipped, and so is an id that is no VNI", () => {
  assert.deepEqual(parseLinks("[{},{},{}]"), []);
  assert.deepEqual(parseLinks("[]"), []);
  const dummy = { ifindex: 1, ifname: "x", linkinfo: { info_kind: "vlan", info_data: { id: 5 } } };
  assert.equal(parseLinks(JSON.stringify([dummy]))[0]?.vxlan, undefined);
});
