// Changes lead from any inventory to any other, in one message.
import assert from "node:assert/strict";
import fc from "fast-check";
import { fuzz, json, text } from "../../tests/fixture/fuzz.ts";
import { compareLans, comparePorts } from "../inventory/build_inventory.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { applyChange, findChange } from "./changes.ts";
import { fromWorker, MOST_BYTES, read } from "./messages.ts";

const TIME = "2026-11-28T12:00:00.000Z";
const short = fc.stringMatching(/^[a-c]$/);
const session = fc.record({
  peer: short,
  state: short,
  since: fc.constant(TIME),
  prefixesReceived: fc.nat(1),
  prefixesSent: fc.nat(1),
});
const lan = fc.record({
  name: short,
  suffix: fc.constant("s"),
  vni: fc.nat(2),
  mtu: fc.nat(1),
  bridge: short,
  vxlan: fc.record({ device: short, state: fc.constantFrom("up" as const, "down" as const) }),
}).map((one) => ({ ...one, bridge: `kt-${one.name}-${one.vni}` }));
const port = fc.record({
  port: short,
  lan: short,
  vni: fc.nat(2),
  state: fc.constantFrom("up" as const, "down" as const, "no-carrier" as const),
});
const inventories: fc.Arbitrary<Inventory> = fc.record({
  time: fc.constant(TIME),
  node: fc.record({
    ...{ name: short, address: short, role: fc.constant("worker" as const), version: short },
    ...{ ready: fc.boolean(), reasons: fc.array(short, { maxLength: 2 }) },
  }),
  daemons: fc.array(short, { maxLength: 2 }),
  sessions: fc.uniqueArray(session, { selector: ({ peer }) => peer })
    .map((all) => all.toSorted((one, other) => one.peer < other.peer ? -1 : 1)),
  lans: fc.uniqueArray(lan, { selector: ({ vni, name }) => `${vni} ${name}` })
    .map((all) => all.toSorted(compareLans)),
  ports: fc.uniqueArray(port, { selector: (one) => one.port })
    .map((all) => all.toSorted(comparePorts)),
  portsLeftOut: fc.nat(1),
  events: fc.constant([]),
}).map((one) => structuredClone(one));

fuzz(
  "an inventory with its changes is the next inventory",
  fc.tuple(inventories, inventories),
  ([before, after]) => {
    const change = findChange(before, after);
    if (change === undefined) return assert.deepEqual(after, before);
    const told = read(fromWorker, JSON.stringify({ type: "change", change }));
    assert.ok(told?.type === "change", JSON.stringify(change));
    assert.deepEqual(applyChange(before, told.change), after);
  },
);

Deno.test("only new events are told", () => {
  const events = [1, 2, 3].map((number) => ({ number, time: TIME, kind: "node-ready" as const }));
  const [inventory] = fc.sample(inventories, 1);
  const before = { ...inventory!, events: events.slice(0, 2) };
  const change = findChange(before, { ...inventory!, events: events.slice(1) });
  assert.deepEqual(change, { time: TIME, events: events.slice(2) });
});

Deno.test("the largest inventory fits into a message", () => {
  const long = "x".repeat(63);
  const ports = Array.from({ length: 5_000 }, (_, at) => ({
    ...{ port: `mg${at}`.padEnd(15, "x"), namespace: long, pod: long, interface: "x".repeat(15) },
    ...{ lan: long, vni: 2 ** 24, mac: "02:00:00:00:00:01", state: "no-carrier" as const },
  }));
  const [inventory] = fc.sample(inventories, 1);
  const text = JSON.stringify({ type: "inventory", inventory: { ...inventory!, ports } });
  assert.ok(text.length < MOST_BYTES / 2, `${text.length}`);
});

fuzz(
  "whatever a worker says is read as a message, or not at all",
  fc.oneof(text, json.map((value) => JSON.stringify(value) ?? "")),
  (said) => void read(fromWorker, said),
);
