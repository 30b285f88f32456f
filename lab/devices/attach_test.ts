// The plugin is called with what Multus and Kathara give it.
import assert from "node:assert/strict";
import { planAttachment, planEnvironment } from "./attach.ts";

const device = {
  name: "pc1",
  containerId: "c0ffee",
  uid: "a-uid",
  netns: "/run/netns/cni-x",
};

Deno.test("an attachment's configuration is that of Kathara's network definitions", () => {
  const lan = { name: "A", network: "a", suffix: "ssxo0h", vni: 4638731 };
  assert.deepEqual(planAttachment({ name: "eth0", lan }), {
    ...{ ifname: "eth0", lan: "A", vni: 4638731, mac: "" },
    config:
      '{"cniVersion":"0.3.0","name":"a","type":"megalos","suffix":"ssxo0h","vxlanId":4638731}',
  });
});

Deno.test("the environment is Multus's, the wanted MAC at the end of CNI_ARGS", () => {
  const pod =
    "IgnoreUnknown=true;K8S_POD_NAMESPACE=lab;K8S_POD_NAME=pc1;K8S_POD_INFRA_CONTAINER_ID=c0ffee;K8S_POD_UID=a-uid";
  const wanted = planEnvironment("ADD", device, "lab", "eth0", "02:00:00:00:00:01");
  assert.deepEqual(wanted, {
    CNI_COMMAND: "ADD",
    CNI_CONTAINERID: "c0ffee",
    CNI_NETNS: "/run/netns/cni-x",
    CNI_IFNAME: "eth0",
    CNI_PATH: "/opt/cni/bin",
    CNI_ARGS: `${pod};MAC=02:00:00:00:00:01`,
    HOME: "/",
  });
  assert.equal(planEnvironment("DEL", device, "lab", "eth0").CNI_ARGS, pod);
});
