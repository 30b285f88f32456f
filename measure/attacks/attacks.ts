// The attacks: what one device of a LAN does to it.
import { attack, EVERYBODY, NOBODY } from "../../tests/fixture/attacker.ts";
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

export const LAN = { name: "attack", suffix: "lab", vxlanId: 50 };
const OTHER_LAN = { name: "loop", suffix: "lab", vxlanId: 51 };
export const MALLORY = pod("mallory", "02:00:00:00:00:0a", LAN);
const HELPER = pod("helper", "02:00:00:00:00:0b", LAN);

export interface Attack {
  readonly name: string;
  /** What people read. */
  readonly title: string;
  /** Does it from a pod of the node, for some seconds, and answers when it is over. */
  readonly run: (node: Node) => Promise<unknown>;
}

/** One more interface of a pod. */
async function addInterface(node: Node, one: Pod, ifname: string, lan: typeof LAN): Promise<void> {
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
  await inPod(node, one, "ip", "link", "add", "name", "br0", "up", "type", "bridge");
  for (const name of ["net0", "net1"]) {
    await inPod(node, one, "ip", "link", "set", "dev", name, "master", "br0");
  }
}

export const ATTACKS: readonly Attack[] = [
  {
    name: "macs",
    title: "100,000 MAC addresses at 10,000 a second",
    run: (node) => attack(node, MALLORY, { frames: 100_000, rate: 10_000, sources: 100_000 }),
  },
  {
    name: "storm",
    title: "broadcasts, as fast as one process sends, 300,000",
    run: (node) => attack(node, MALLORY, { frames: 300_000, destination: EVERYBODY }),
  },
  {
    name: "unknown",
    title: "frames to a MAC address that nobody has, 300,000",
    run: (node) => attack(node, MALLORY, { frames: 300_000, destination: NOBODY }),
  },
  {
    name: "moves",
    title: "100 MAC addresses between two ports, 1,000 moves a second, for 10 s",
    async run(node) {
      await addInterface(node, MALLORY, "net1", LAN);
      const moving = { frames: 5_000, rate: 500, sources: 100 };
      await Promise.all([
        attack(node, MALLORY, moving),
        attack(node, MALLORY, { ...moving, interface: "net1" }),
      ]);
    },
  },
  {
    name: "loop",
    title: "a loop through two LANs, with broadcasts in it, for 10 s",
    async run(node) {
      await addSandbox(node, HELPER);
      await call(node, "ADD", HELPER);
      for (const one of [MALLORY, HELPER]) {
        await addInterface(node, one, "net1", OTHER_LAN);
        await bridgeBoth(node, one);
      }
      await attack(node, MALLORY, {
        ...{ frames: 100, rate: 100, destination: EVERYBODY, interface: "br0" },
      });
      await new Promise((resolve) => setTimeout(resolve, 9_000));
      await inPod(node, HELPER, "ip", "link", "del", "dev", "br0");
    },
  },
];
