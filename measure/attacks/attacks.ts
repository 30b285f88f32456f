// The attacks: what one device of a LAN does to it.
import { attack, EVERYBODY, flap, NOBODY } from "../../tests/fixture/attacker.ts";
import type { Node } from "../../tests/fixture/cluster.ts";
import {
  addInterface,
  addLoop,
  closeLoop,
  closeRing,
  LAN,
  MALLORY,
  openLoop,
  VICTIM,
} from "../../tests/fixture/loop.ts";

export interface Attack {
  readonly name: string;
  /** What people read. */
  readonly title: string;
  /**
   * Does it from a pod of the node, for some seconds, and answers when it is over. Where it needs
   * a second pod, that is the other node's.
   */
  readonly run: (node: Node, other: Node) => Promise<unknown>;
}

export const ATTACKS: readonly Attack[] = [
  {
    name: "macs",
    title: "100,000 MAC addresses at 10,000 a second",
    run: (node) => attack(node, MALLORY, { frames: 100_000, rate: 10_000, sources: 100_000 }),
  },
  {
    name: "lans",
    title: "5,000 MAC addresses in each of six LANs, at 12,000 a second in all",
    async run(node) {
      const interfaces = ["net0"];
      for (let at = 1; at < 6; at++) {
        const lan = { name: `many${at}`, suffix: "lab", vxlanId: 80 + at };
        await addInterface(node, MALLORY, `net${at}`, lan);
        interfaces.push(`net${at}`);
      }
      await Promise.all(interfaces.map((one) =>
        attack(node, MALLORY, {
          ...{ frames: 20_000, rate: 2_000, sources: 5_000, interface: one },
        })
      ));
    },
  },
  {
    name: "storm",
    title: "broadcasts, as fast as one process sends, for 10 s",
    run: (node) => attack(node, MALLORY, { seconds: 10, destination: EVERYBODY }),
  },
  {
    name: "storms",
    title: "the same in each of twelve LANs at once",
    async run(node, other) {
      const lans = Array.from({ length: 12 }, (_, at) => at);
      for (const at of lans) {
        const lan = { name: `storm${at}`, suffix: "lab", vxlanId: 200 + at };
        await addInterface(node, MALLORY, `storm${at}`, lan);
        await addInterface(other, VICTIM, `storm${at}`, lan);
      }
      await Promise.all(
        lans.map((at) =>
          attack(node, MALLORY, { seconds: 10, destination: EVERYBODY, interface: `storm${at}` })
        ),
      );
    },
  },
  {
    name: "unknown",
    title: "frames to a MAC address that nobody has, as fast as one process sends, for 10 s",
    run: (node) => attack(node, MALLORY, { seconds: 10, destination: NOBODY }),
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
    name: "flaps",
    title: "an interface that goes down and up, as fast as a process can, for 10 s",
    run: (node) => flap(node, MALLORY, 10),
  },
  {
    name: "forget",
    title: "the same, with 4,000 MAC addresses to learn each time that it is up",
    run: (node) => flap(node, MALLORY, 10, 4_000),
  },
  {
    name: "forget-both",
    title: "the same by two pods on two nodes, with the same 4,000 MAC addresses",
    run: (node, other) =>
      Promise.all([flap(node, MALLORY, 10, 4_000), flap(other, VICTIM, 10, 4_000)]),
  },
  {
    name: "loop",
    title: "a loop through two LANs, with broadcasts in it, for 10 s",
    async run(node) {
      await addLoop(node);
      await closeLoop(node);
      await new Promise((resolve) => setTimeout(resolve, 9_000));
      await openLoop(node);
    },
  },
  {
    name: "ring",
    title: "a loop through two LANs, with a hundred frames in it to a known MAC address, for 10 s",
    async run(node) {
      await addLoop(node);
      await closeRing(node);
      await new Promise((resolve) => setTimeout(resolve, 9_000));
      await openLoop(node);
    },
  },
];
