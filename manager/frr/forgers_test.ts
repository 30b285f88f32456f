// Whom a worker believes no more: from what bgpd has listed, for how long, and how many at most.
import assert from "node:assert/strict";
import type { Happening } from "../events/event.ts";
import { Forgers } from "./forgers.ts";
import type { RefusedNode } from "./model.ts";

const OWN = "10.0.0.1";
const NODE = "10.0.0.2";
const OTHER = "10.0.0.3";
const MINUTE_MS = 60_000;

function start() {
  const told: Happening[] = [];
  const refused: string[][] = [];
  const world = { others: new Map<string, string>(), refused, told };
  const configuration = {
    refuse: (nodes: readonly RefusedNode[]) =>
      Promise.resolve(void refused.push(nodes.map(({ vtep, place }) => `${place} ${vtep}`))),
  };
  const read = () => Promise.resolve({ vteps: [OWN, NODE], others: world.others });
  const forgers = new Forgers(OWN, configuration, (event) => void told.push(event), read);
  const look = async (at: number) => {
    assert.deepEqual(await forgers.listNodes(), [OWN, NODE]);
    await forgers.look({ at });
  };
  return { world, forgers, look };
}

Deno.test("where nobody forges, FRR is told nothing", async () => {
  const { world, look } = start();
  await look(0);
  assert.deepEqual(world.refused, []);
});

Deno.test("who announces another node is refused for five minutes, and told once", async () => {
  const { world, forgers, look } = start();
  world.others.set(NODE, OTHER);
  for (const at of [0, 1]) await look(at);
  world.others = new Map();
  for (const at of [5 * MINUTE_MS - 1, 5 * MINUTE_MS]) await forgers.look({ at });
  assert.deepEqual(world.refused, [[`0 ${NODE}`], []]);
  assert.deepEqual(world.told, [{
    kind: "peer-refused",
    peer: NODE,
    why: `it announces the node ${OTHER}, and it is ${NODE}`,
  }]);
});

Deno.test("each has a place that stays, and that another one may have after it", async () => {
  const { world, look } = start();
  for (const [at, node] of [[0, "a"], [MINUTE_MS, "b"], [5 * MINUTE_MS, "c"]] as const) {
    world.others = new Map([[node, OTHER]]);
    await look(at);
  }
  assert.deepEqual(world.refused, [["0 a"], ["0 a", "1 b"], ["1 b", "0 c"]]);
});

Deno.test("who still forges after that is refused again", async () => {
  const { world, look } = start();
  world.others.set(NODE, OTHER);
  for (const at of [0, 5 * MINUTE_MS + 1]) await look(at);
  assert.equal(world.told.length, 2);
});

Deno.test("a worker never refuses itself, and no more than a thousand others", async () => {
  const { world, look } = start();
  for (let at = 0; at < 1_500; at++) world.others.set(`10.1.${at >> 8}.${at & 255}`, OTHER);
  world.others = new Map([[OWN, OTHER], ...world.others]);
  await look(0);
  const [refused = []] = world.refused;
  assert.equal(refused.length, 1_000);
  assert.ok(!refused.some((one) => one.endsWith(` ${OWN}`)));
});
