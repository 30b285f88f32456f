// Whom a worker believes no more: from what bgpd has listed, for how long, and how many at most.
import assert from "node:assert/strict";
import type { Happening } from "../events/event.ts";
import { Forgers } from "./forgers.ts";

const OWN = "10.0.0.1";
const NODE = "10.0.0.2";
const OTHER = "10.0.0.3";
const MINUTE_MS = 60_000;

function start() {
  const told: Happening[] = [];
  const refused: (readonly string[])[] = [];
  const world = { others: new Map<string, string>(), refused, told };
  const configuration = {
    refuse: (nodes: readonly string[]) => Promise.resolve(void refused.push(nodes)),
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
  assert.deepEqual(world.refused, [[NODE], []]);
  assert.deepEqual(world.told, [{
    kind: "peer-refused",
    peer: NODE,
    why: `it announces the node ${OTHER}, and it is ${NODE}`,
  }]);
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
  assert.ok(!refused.includes(OWN));
});
