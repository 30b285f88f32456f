// A loop through two LANs: two pods join both of their interfaces, as a careless student would.
import { attack, EVERYBODY } from "../../tests/fixture/attacker.ts";
import type { Node } from "../../tests/fixture/cluster.ts";
import {
  addSandbox,
  call,
  callEnv,
  config,
  inPod,
  type Pod,
  pod,
} from "../../tests/fixture/pod.ts";

/** The LAN that is attacked. */
export const LAN = { name: "attack", suffix: "lab", vxlanId: 50 };
const OTHER_LAN = { name: "loop", suffix: "lab", vxlanId: 51 };
export const MALLORY = pod("mallory", "02:00:00:00:00:0a", LAN);
const HELPER = pod("helper", "02:00:00:00:00:0b", LAN);

/** One more interface of a pod. */
export async function addInterface(
  node: Node,
  one: Pod,
  ifname: string,
  lan: typeof LAN,
): Promise<void> {
  const env = {
    ...callEnv("ADD", { ...one, mac: one.mac.replace(/..$/, "1f") }),
    CNI_IFNAME: ifname,
  };
  const stdin = config({ ...one, lan });
  const done = await node.run(["/opt/cni/bin/megalos"], { env, stdin });
  if (done.reason !== "success") throw new Error(done.stdout);
}

/** Joins both interfaces of a pod by a bridge, as a switch would. */
async function bridgeBoth(node: Node, one: Pod): Promise<void> {
  await inPod(node, one, "ip", "link", "add", "name", "br0", "type", "bridge");
  for (const name of ["net0", "net1"]) {
    await inPod(node, one, "ip", "link", "set", "dev", name, "master", "br0");
  }
}

/** Makes the loop, open; {@link MALLORY} is a pod of the node. */
export async function addLoop(node: Node): Promise<void> {
  await addSandbox(node, HELPER);
  await call(node, "ADD", HELPER);
  for (const one of [MALLORY, HELPER]) {
    await addInterface(node, one, "net1", OTHER_LAN);
    await bridgeBoth(node, one);
  }
  await inPod(node, MALLORY, "ip", "link", "set", "dev", "br0", "up");
}

/** Closes the loop, and sends a hundred broadcasts into it. */
export async function closeLoop(node: Node): Promise<void> {
  await inPod(node, HELPER, "ip", "link", "set", "dev", "br0", "up");
  await attack(node, MALLORY, {
    ...{ frames: 100, rate: 100, destination: EVERYBODY, interface: "br0" },
  });
}

export async function openLoop(node: Node): Promise<void> {
  await inPod(node, HELPER, "ip", "link", "set", "dev", "br0", "down");
}
