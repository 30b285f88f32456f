// When a node, and a namespace of it, takes no more ports of LANs, and when it takes them again.
import assert from "node:assert/strict";
import { renderAlias } from "../../shared/lan/alias.ts";
import { findFull, NOBODY_FULL } from "./share_ports.ts";

const LAN = { name: "net1", suffix: "ntwork", vni: 10 };

/** So many ports of each namespace; those of "" are of no pod of Kubernetes. */
function ports(counts: Readonly<Record<string, number>>) {
  return Object.entries(counts).flatMap(([namespace, count]) =>
    Array.from({ length: count }, (_, at) => {
      const pod = namespace === "" ? {} : { pod: `${namespace}/pc${at}` };
      return { alias: renderAlias({ lan: LAN, owner: { ifname: "net1", ...pod } }) };
    })
  );
}

const full = (counts: Readonly<Record<string, number>>, was = NOBODY_FULL, most = 100) =>
  findFull(ports(counts), most, was);

Deno.test("a full node takes ports again when one in twenty has gone", () => {
  assert.equal(full({ "": 99 }).node, false);
  for (const count of [100, 120]) assert.equal(full({ "": count }).node, true, `${count} ports`);
  const was = full({ "": 100 });
  assert.equal(full({ "": 96 }, was).node, true);
  assert.equal(full({ "": 95 }, was).node, false);
});

Deno.test("a namespace has four times as many ports as are free, and leaves room for others", () => {
  assert.deepEqual(full({ many: 79 }), NOBODY_FULL);
  const was = full({ many: 80 });
  assert.deepEqual(was, { node: false, namespaces: new Map([["many", 80]]) });
  // Others come, until nobody's are taken.
  const more = full({ many: 80, few: 9 }, was);
  assert.deepEqual([...more.namespaces.keys()], ["many"]);
  assert.deepEqual(full({ many: 80, few: 20 }, more), { ...more, node: true });
  // Some go.
  assert.deepEqual([...full({ many: 77, few: 3 }, was).namespaces.keys()], ["many"]);
  assert.deepEqual(full({ many: 76, few: 4 }, was), NOBODY_FULL);
});

Deno.test("of many namespaces none is full that has less than a tenth", () => {
  const counts = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`lab${at}`, 9]));
  assert.deepEqual(full(counts), NOBODY_FULL);
  assert.deepEqual([...full({ ...counts, lab0: 0, large: 9, larger: 10 }).namespaces], []);
  assert.deepEqual([...full({ large: 89, larger: 10 }).namespaces.keys()], ["large", "larger"]);
});

Deno.test("ports of no pod of Kubernetes are no namespace's", () => {
  assert.deepEqual(full({ "": 99 }), NOBODY_FULL);
});

Deno.test("where few ports are allowed, one that goes makes room", () => {
  const was = full({ lab: 1 }, NOBODY_FULL, 1);
  assert.equal(was.node, true);
  assert.deepEqual(full({}, was, 1), NOBODY_FULL);
});

Deno.test("0 ports are no limit", () => {
  assert.deepEqual(full({ lab: 10_000 }, NOBODY_FULL, 0), NOBODY_FULL);
});
