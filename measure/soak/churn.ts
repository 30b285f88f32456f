// Churn: rounds of random calls on a worker, by launcher and binary at once.
// The node is compared with the model whenever no call is at work.
import assert from "node:assert/strict";
import { codeOf } from "../../tests/fixture/calls.ts";
import type { Node } from "../../tests/fixture/cluster.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import { readStatus } from "../../tests/fixture/manager.ts";
import { callMany, type Wanted } from "../../tests/fixture/many_calls.ts";
import {
  BINARY,
  callFiles,
  LAUNCHER,
  type ResidentNode,
} from "../../tests/fixture/resident_node.ts";
import { readUsage, type Usage } from "../../tests/fixture/usage.ts";
import type { At } from "../progress.ts";
import { containers, type Expected, Model, netnsOf, type Random } from "./model.ts";
import { LANS } from "../../tests/fixture/bare_node.ts";

/** The share of the calls in which the binary is called instead of the launcher. */
const BINARY_SHARE = 0.15;

/** Makes the containers' namespaces. */
export async function addContainers(node: Node): Promise<void> {
  const script = `for name; do ip netns add "$name" || exit; done`;
  await node.must("sh", "-c", script, "sh", ...containers);
}

/** What a round has shown. */
export interface Round {
  /** When nothing is attached any more. */
  readonly usage: Usage;
  /** The median of the times (ms) that calls by a launcher took. */
  readonly ms: number;
}

/**
 * Makes so many random calls, then takes away all that is attached. Throws when a call is not
 * answered as it should be, or when the kernel has what the model has not.
 */
export async function churn(
  { node, manager }: ResidentNode,
  calls: number,
  random: Random,
  at: At = () => {},
): Promise<Round> {
  const standing = await observe(node);
  const model = new Model(random);
  const wanted = Array.from(
    { length: calls },
    (_, at) => model.next(containers[at % containers.length]!),
  );
  const ms = await callAll(node, wanted, random, (ended) => at(`${ended} of ${calls} calls`));
  at("the node is compared with the model");
  assert.deepEqual(await observe(node), [...standing, ...await model.render()].sort());
  await callAll(node, model.clear(), random, (ended) => at(`${ended} are taken away`));
  assert.deepEqual(await observe(node), standing);
  await eventually(
    async () => (await callFiles(node)).every((name) => name.startsWith("bell/declined")),
    10,
    async () => `${await callFiles(node)} is left`,
  );
  at("the manager comes to rest");
  const usage = await atRest(() => readUsage(node, manager.pid));
  // Calls alone break nothing, so nothing was mended.
  const { mended, strays } = (await readStatus(node)).swept;
  assert.deepEqual({ mended, strays }, { mended: 0, strays: 0 }, manager.log);
  return { usage, ms };
}

/**
 * The least of several looks. Sessions of `ip` live for half a second after the last call, what
 * limits new bridges lives for five seconds, and the manager asks FRR now and then.
 */
async function atRest(look: () => Promise<Usage>): Promise<Usage> {
  const looks: Usage[] = [];
  while (looks.length < LOOKS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    looks.push(await look());
  }
  const least = (name: keyof Usage) => Math.min(...looks.map((one) => one[name]));
  return { ...looks[0]!, descriptors: least("descriptors"), children: least("children") };
}

const LOOKS = 10;
const LOOK_AGAIN_MS = 700;

/** Answers the median of the launchers' times (ms). */
async function callAll(
  node: Node,
  expected: readonly Expected[],
  random: Random,
  tellEnded: (count: number) => void,
): Promise<number> {
  const wanted = expected.map(({ call }): Wanted => {
    const lane = call.container ?? "";
    return random() < BINARY_SHARE
      ? { call, lane, argv: [BINARY], env: { MEGALOS_MANAGED: "1" } }
      : { call, lane, argv: [LAUNCHER] };
  });
  const { calls } = await callMany(node.run, wanted, containers.length, tellEnded);
  const wrong = calls.flatMap((reply, at) => {
    const { call, code } = expected[at]!;
    return codeOf({ ...reply, stderr: "" }) === code ? [] : [{ call, code, reply }];
  });
  assert.deepEqual(wrong, []);
  const times = calls.flatMap(({ ms }, at) => wanted[at]?.argv[0] === LAUNCHER ? [ms] : []);
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}

// Arguments: namespaces. Stdout: a line for each namespace, with its devices and the bridges that
// these devices are ports of.
const LIST = `for netns; do nsenter --net="$netns" ip -json link || exit; done`;

/** Observes the node in the model's form. */
async function observe(node: Node): Promise<string[]> {
  const places = [LANS, ...containers.map(netnsOf)];
  const lists = (await node.must("sh", "-c", LIST, "sh", ...places)).trimEnd().split("\n")
    .map((line) => JSON.parse(line) as { ifname: string; master?: string }[])
    .map((links) => links.filter(({ ifname }) => ifname !== "lo"));
  const [inLans = [], ...inPods] = lists;
  const ports = inLans.map(({ ifname, master }) =>
    master === undefined ? ifname : `${ifname} ${master}`
  );
  const pods = inPods.flatMap((links, at) =>
    links.map(({ ifname }) => `${containers[at]} ${ifname}`)
  );
  return [...ports, ...pods].sort();
}
