// When a node takes no more ports of LANs, and when it takes them again.
import assert from "node:assert/strict";
import type { NodeFacts } from "../../shared/lan/node_facts.ts";
import type { Happening } from "../events/event.ts";
import { PortLimit } from "./port_limit.ts";

const FACTS: NodeFacts = {
  ...{ v: 1, vtep: "10.99.0.2", mtu: 1500, vxlanPort: 4789, nodeNetns: "net:[1]" },
};

function start(most: number) {
  const said: Happening[] = [];
  const written: NodeFacts[] = [];
  const limit = new PortLimit(most, FACTS, (event) => said.push(event), (facts) => {
    written.push(facts);
    return Promise.resolve();
  });
  const take = async (count: number) => {
    const ports = Array.from({ length: count }, (_, at) => ({ ifname: `mg${at}` }));
    limit.takeDevices({ ports } as unknown as Parameters<PortLimit["takeDevices"]>[0]);
    await limit.look();
    return limit.facts.mostPorts;
  };
  return { said, written, take };
}

Deno.test("a full node takes ports again when one in twenty has gone, and says both once", async () => {
  const { said, written, take } = start(100);
  assert.equal(await take(99), undefined);
  assert.deepEqual(written, []);
  for (const count of [100, 120, 96]) assert.equal(await take(count), 100, `${count} ports`);
  assert.deepEqual(written, [{ ...FACTS, mostPorts: 100 }]);
  for (const count of [95, 99]) assert.equal(await take(count), undefined, `${count} ports`);
  assert.deepEqual(written.slice(1), [FACTS]);
  assert.deepEqual(said, [
    { kind: "ports-full", most: 100 },
    { kind: "ports-taken-again", most: 100 },
  ]);
});

Deno.test("where few ports are allowed, one that goes makes room", async () => {
  const { take } = start(1);
  assert.equal(await take(1), 1);
  assert.equal(await take(0), undefined);
});

Deno.test("0 ports are no limit", async () => {
  assert.equal(await start(0).take(100_000), undefined);
});
