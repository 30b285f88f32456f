// The underlay: a switch in a namespace of its own, and one veth from it to each node's eth0.
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import type { Machine } from "../machines/machine.ts";

/** A node's name and its address on the underlay, 10.99.0.0/24. */
export interface NodeAddress {
  readonly name: string;
  readonly address: string;
}

export const REFLECTOR: NodeAddress = { name: "rr", address: "10.99.0.1" };
/** The machine that joins the others; it has no address. */
export const SWITCH = "switch";
export const MAX_WORKERS = 200;

/** Workers n1, n2, ... with the addresses 10.99.0.11, 10.99.0.12, ... */
export function listWorkers(count: number): NodeAddress[] {
  return Array.from({ length: count }, (_, at) => ({
    name: `n${at + 1}`,
    address: `10.99.0.${at + 11}`,
  }));
}

/**
 * The underlay's MTU. VXLAN takes 50 bytes of it, and LANs have the 1500 that Kathara gives them.
 */
const UNDERLAY_MTU = 1550;

/**
 * Lines for `ip -batch` in the switch's namespace: they make a port for each node, whose other end
 * is born in the node.
 */
export function planSwitch(nodes: readonly Machine[]): string[] {
  return [
    "link add name br0 type bridge",
    "link set dev br0 up",
    ...nodes.map(({ name, pid }) =>
      `link add name ${name} mtu ${UNDERLAY_MTU} master br0 up ` +
      `type veth peer name eth0 mtu ${UNDERLAY_MTU} netns /proc/${pid}/ns/net`
    ),
  ];
}

/** Lines for `ip -batch` in a node's namespace. */
export function planNode(address: string): string[] {
  return [`address add ${address}/24 dev eth0`, "link set dev eth0 up", "link set dev lo up"];
}

/** Runs lines of `ip -batch` in a machine's network namespace. */
export async function runBatch(machine: Machine, lines: readonly string[]): Promise<void> {
  const done = await run({
    argv: ["nsenter", `--net=/proc/${machine.pid}/ns/net`, "ip", "-batch", "-"],
    stdin: lines.join("\n") + "\n",
  });
  if (done.reason !== "success") {
    throw new Error(`Cannot wire ${machine.name}: ${describe(done)}`);
  }
}
