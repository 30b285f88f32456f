// What is told to the map: nodes that have changed, counters that have moved, and nothing else.
import assert from "node:assert/strict";
import type { Inventory } from "../inventory/inventory.ts";
import type { NodeView } from "../view/view.ts";
import { findCountChange, findNodeChange, readCounts, tellEvent, tellNodes } from "./told.ts";

const TIME = "2026-11-29T01:02:03.004Z";

function node(address: string, inventory: Partial<Inventory> = {}): NodeView {
  return {
    ...{ name: address, address, role: "worker", version: "1", state: "connected", since: TIME },
    inventory: {
      time: TIME,
      node: { name: address, address, role: "worker", version: "1", ready: true, reasons: [] },
      ...{ daemons: [], sessions: [], lans: [], ports: [], portsLeftOut: 0, events: [] },
      ...inventory,
    },
  };
}

Deno.test("a node is told when it changes, and when it goes", () => {
  const first = tellNodes([node("a"), node("b")], new Map());
  assert.deepEqual(JSON.parse(findNodeChange(new Map(), first)!).put.length, 2);
  // A later look at what is the same.
  const later = tellNodes([node("a", { time: "2026-11-29T01:02:04.004Z" }), node("b")], first);
  assert.equal(findNodeChange(first, later), undefined);
  const [own, ownLater] = [TIME, "2026-11-29T01:02:04.004Z"].map((since) => ({
    ...node("a", { time: since }),
    state: "here" as const,
    since,
  }));
  const alone = tellNodes([own!], new Map());
  assert.equal(findNodeChange(alone, tellNodes([ownLater!], alone)), undefined);
  const changed = tellNodes([node("a", { daemons: ["bgpd"] })], later);
  const { put, gone } = JSON.parse(findNodeChange(later, changed)!);
  assert.deepEqual([put.map(({ address }: NodeView) => address), gone], [["a"], ["b"]]);
});

const counters = (rxBytes: number) => ({
  ...{ time: TIME, rxBytes, rxPackets: 1, rxDropped: 2, rxErrors: 3 },
  ...{ txBytes: 4, txPackets: 5, txDropped: 6, txErrors: 7 },
});
const port = (name: string, rxBytes: number) => ({
  ...{ port: name, lan: "l-s", vni: 1, state: "up" as const, counters: counters(rxBytes) },
});

Deno.test("counters are told where they have moved", () => {
  const before = readCounts([node("a", { ports: [port("p", 10), port("q", 10)] }), node("b")]);
  assert.deepEqual(before, {
    a: { time: Date.parse(TIME), ports: { p: [10, 4, 1, 5, 8, 10], q: [10, 4, 1, 5, 8, 10] } },
  });
  const after = readCounts([node("a", { ports: [port("p", 10), port("q", 11)] })]);
  assert.deepEqual(findCountChange(before, after).a?.ports, { q: [11, 4, 1, 5, 8, 10] });
});

Deno.test("an event is no later than it is told, or it would stand before all others for good", () => {
  const timeOf = (time: string) =>
    tellEvent({ number: 1, node: "a", kind: "node-ready", time }, Date.parse(TIME)).time;
  assert.equal(timeOf("9999-01-01T00:00:00Z"), TIME);
  assert.equal(timeOf("2026-11-29T01:02:03.003Z"), "2026-11-29T01:02:03.003Z");
});
