// Workers that are simulated: each has an address and a line to the reflector, and nothing else.
import assert from "node:assert/strict";
import { converse } from "../shared/process/exec.ts";
import { type Node, REFLECTOR_ADDRESS } from "../tests/fixture/cluster.ts";
import script from "./simulate_workers.py" with { type: "text" };

/** How many there are to be, as options of a command give numbers. */
export interface Workers {
  readonly password: string;
  readonly workers: string;
  /** Of each worker. */
  readonly devices: string;
  /** Of all workers; without it, as many as a worker has devices. */
  readonly lans?: string;
}

/** Workers whose lines are open until they are disposed. */
export interface SimulatedWorkers extends AsyncDisposable {
  /** Time (ms) until all had told their inventories. */
  readonly toldMs: number;
  countOpen(): Promise<number>;
}

/** Simulates workers on a node, and waits until all have told their inventories. */
export async function simulateWorkers(
  reflector: Node,
  node: Node,
  { password, workers, devices, lans }: Workers,
): Promise<SimulatedWorkers> {
  await node.must("ip", "address", "add", "10.99.1.254/16", "dev", "eth0");
  const addresses = Array.from(
    { length: Number(workers) },
    (_, at) => `address add 10.99.${1 + Math.floor(at / 250)}.${1 + at % 250}/16 dev eth0\n`,
  ).join("");
  await node.run(["ip", "-batch", "-"], { stdin: addresses });
  await reflector.must("ip", "address", "add", "10.99.200.1/16", "dev", "br0");
  const numbers = [workers, devices, ...(lans === undefined ? [] : [lans])];
  const argv = ["python3", "-I", "-u", "-c", script, REFLECTOR_ADDRESS, password, ...numbers];
  const started = performance.now();
  const talk = converse({ argv: [...node.enter, ...argv], timeoutMs: 600_000 });
  assert.ok(talk !== undefined, "nsenter is not installed");
  assert.equal(await talk.readLine("stdout"), "told");
  const toldMs = performance.now() - started;
  return {
    toldMs,
    async countOpen() {
      await talk.write("\n");
      return Number(await talk.readLine("stdout"));
    },
    [Symbol.asyncDispose]: async () => void await talk.end(),
  };
}
