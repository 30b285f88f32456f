// What the kernel says of nodes that a LAN's frames for everyone go to, and when it is asked.
import assert from "node:assert/strict";
import { FloodNodes } from "./flood_nodes.ts";

const node = (vtep: string, vxlan = "net1-ntwork") =>
  `00:00:00:00:00:00 dev ${vxlan} dst ${vtep} self permanent`;
const [ONE, TWO] = ["10.99.0.1", "10.99.0.2"];
const set = (...vteps: string[]) => new Set(vteps);

Deno.test("nodes are listed once, and heard of from then on", async () => {
  let lists = 0;
  const floods = new FloodNodes((take) => {
    lists++;
    take(node(ONE));
    take(`02:00:00:00:00:0a dev net1-ntwork dst ${TWO} self extern_learn`);
    return Promise.resolve();
  });
  assert.equal(floods.of("net1-ntwork"), undefined);
  for (let look = 0; look < 2; look++) await floods.look();
  assert.equal(lists, 1);
  assert.deepEqual(floods.of("net1-ntwork"), set(ONE));
  floods.hearEntry(node(TWO));
  floods.hearEntry(node(TWO, "net2-ntwork"));
  floods.hearEntry(`Deleted ${node(TWO, "net2-ntwork")}`);
  assert.equal(floods.of("net2-ntwork"), undefined);
  assert.deepEqual(floods.of("net1-ntwork"), set(ONE, TWO));
  floods.missEntries();
  await floods.look();
  assert.equal(lists, 2);
  assert.deepEqual(floods.of("net1-ntwork"), set(ONE));
});

Deno.test("what is heard while the nodes are listed counts", async () => {
  const floods: FloodNodes = new FloodNodes((take) => {
    take(node(ONE));
    floods.hearEntry(node(TWO));
    floods.hearEntry(`Deleted ${node(ONE)}`);
    return Promise.resolve();
  });
  await floods.look();
  assert.deepEqual(floods.of("net1-ntwork"), set(TWO));
});

Deno.test("a list that fails halfway takes away nothing, and is asked for again", async () => {
  const lists = [[node(ONE), node(TWO)], undefined, [node(TWO)]];
  const floods: FloodNodes = new FloodNodes((take) => {
    const list = lists.shift();
    if (list !== undefined) return Promise.resolve(list.forEach(take));
    take(node(ONE));
    return Promise.reject(new Error("no time"));
  });
  await floods.look();
  floods.missEntries();
  await assert.rejects(floods.look(), /no time/);
  assert.deepEqual(floods.of("net1-ntwork"), set(ONE, TWO));
  floods.hearEntry(`Deleted ${node(TWO)}`);
  assert.deepEqual(floods.of("net1-ntwork"), set(ONE));
  await floods.look();
  assert.deepEqual(floods.of("net1-ntwork"), set(TWO));
});
