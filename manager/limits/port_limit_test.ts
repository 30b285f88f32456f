// Who takes no more ports of LANs is told and written.
import assert from "node:assert/strict";
import { renderAlias } from "../../shared/lan/alias.ts";
import type { NodeFacts } from "../../shared/lan/node_facts.ts";
import type { Happening } from "../events/event.ts";
import { PortLimit } from "./port_limit.ts";

const FACTS: NodeFacts = {
  ...{ v: 1, vtep: "10.99.0.2", mtu: 1500, vxlanPort: 4789, nodeNetns: "net:[1]" },
};

const LAN = { name: "net1", suffix: "ntwork", vni: 10 };

function start(most: number) {
  const said: Happening[] = [];
  const written: NodeFacts[] = [];
  const limit = new PortLimit(most, FACTS, (event) => said.push(event), (facts) => {
    written.push(facts);
    return Promise.resolve();
  });
  const take = async (count: number) => {
    const alias = renderAlias({ lan: LAN, owner: { ifname: "net1", pod: "lab/pc1" } });
    const ports = Array.from({ length: count }, () => ({ alias }));
    limit.takeDevices({ ports } as unknown as Parameters<PortLimit["takeDevices"]>[0]);
    await limit.look();
    assert.deepEqual(limit.facts, written.at(-1) ?? FACTS);
    return said.splice(0);
  };
  return { written, take };
}

Deno.test("who takes no more ports is said once, and written for the plugin", async () => {
  const { written, take } = start(100);
  assert.deepEqual(await take(79), []);
  assert.deepEqual(written, []);
  const full = { kind: "namespace-ports-full", namespace: "lab", count: 80, most: 100 };
  assert.deepEqual(await take(80), [full]);
  assert.deepEqual(await take(85), []);
  assert.deepEqual(written, [{ ...FACTS, fullNamespaces: ["lab"] }]);
  for (const count of [100, 96]) {
    const said = count === 100 ? [{ kind: "ports-full", most: 100 }] : [];
    assert.deepEqual(await take(count), said, `${count} ports`);
  }
  assert.deepEqual(written.slice(1), [{ ...FACTS, mostPorts: 100, fullNamespaces: ["lab"] }]);
  assert.deepEqual(await take(90), [{ kind: "ports-taken-again", most: 100 }]);
  assert.deepEqual(await take(70), [
    { kind: "namespace-ports-taken-again", namespace: "lab", most: 100 },
  ]);
  assert.deepEqual(written.slice(2), [{ ...FACTS, fullNamespaces: ["lab"] }, FACTS]);
});

Deno.test("0 ports are no limit", async () => {
  assert.deepEqual(await start(0).take(10_000), []);
});
