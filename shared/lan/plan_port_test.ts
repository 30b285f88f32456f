// The commands by which a pod comes onto a LAN, and by which a port joins its LAN again.
import assert from "node:assert/strict";
import { type Attachment, planAttach, planJoin } from "./plan_port.ts";

const LAN = { name: "net1", suffix: "ntwork", vni: 10 };
const WANTED = {
  ...{ lan: LAN, mtu: 1450, vtep: "192.0.2.1", vxlanPort: 4789 },
  ...{ lanNetns: "/lans", underlayNetns: "/node", birthplace: "lan" as const },
};
const ATTACHMENT: Attachment = {
  ...{ port: "mga", portMac: "02:00:00:00:00:0a", ifname: "eth1", mac: "02:00:00:00:00:0b" },
  netns: "/pods/a",
};
const ALIAS = "megalos,vni=10,suffix=ntwork,name=net1,if=eth1,mac=02:00:00:00:00:0b";
const WIRE = "type bridge_slave learning on neigh_suppress off group_fwd_mask 65533";

Deno.test("both ends are made by one message from the LAN namespace, and the port joins", () => {
  const steps = planAttach(WANTED, ATTACHMENT);
  assert.deepEqual(steps.map(({ change }) => change.words.join(" ")), [
    "link add name eth1 mtu 1450 address 02:00:00:00:00:0b netns /pods/a up " +
    "type veth peer name mga address 02:00:00:00:00:0a mtu 1450 group 1",
    "link set dev mga master kt-net1-ntwork",
    `link set dev mga up alias ${ALIAS} ${WIRE}`,
  ]);
  assert.deepEqual(steps.map(({ undo }) => undo?.words.join(" ")), [
    "link del dev mga",
    undefined,
    undefined,
  ]);
  assert.ok(steps.every(({ netns }) => netns === "/lans"));
});

Deno.test("the pod's name is in the alias where the runtime said it", () => {
  const [, , setUp] = planAttach(WANTED, { ...ATTACHMENT, pod: "default/pc1" });
  assert.ok(setUp?.change.words.includes(`${ALIAS},pod=default/pc1`));
});

Deno.test("a port that joins again keeps its alias, and an error names its owner", () => {
  const steps = planJoin(LAN, "/lans", { port: "mga", alias: "a b", owner: "port mga" });
  assert.deepEqual(steps.map(({ change }) => change.words.at(6)), [undefined, "a b"]);
  assert.deepEqual(steps.map(({ why }) => why), [
    "join port mga and LAN net1-ntwork",
    "set up the port between port mga and LAN net1-ntwork",
  ]);
});
