// Which nodes are told to be away, and when.
import assert from "node:assert/strict";
import type { Happening } from "../events/event.ts";
import { AwayNodes, parseAway } from "./away.ts";

Deno.test("only whole addresses are read", () => {
  const text = "! 10.99.0.14\n10.99.0.12\nfd00::12\n\n10.99.0\n<b>\n";
  assert.deepEqual([...parseAway(text)], ["10.99.0.12", "fd00::12"]);
  assert.deepEqual([...parseAway(undefined)], []);
});

Deno.test("a node is told once to be away, and once to be settled", async () => {
  let text: string | undefined;
  const told: Happening[] = [];
  const nodes = new AwayNodes((one) => void told.push(one), () => Promise.resolve(text));
  for (text of [undefined, "10.99.0.12\n", "10.99.0.12\n10.99.0.13\n", "10.99.0.13\n", undefined]) {
    await nodes.look();
    await nodes.look();
  }
  assert.deepEqual(told.map((one) => `${one.kind} ${"vtep" in one ? one.vtep : ""}`), [
    "node-away 10.99.0.12",
    "node-away 10.99.0.13",
    "node-settled 10.99.0.12",
    "node-settled 10.99.0.13",
  ]);
});

Deno.test("why the relay holds nothing back is told once a reason, and when that is over", async () => {
  let text: string | undefined;
  const told: Happening[] = [];
  const nodes = new AwayNodes((one) => void told.push(one), () => Promise.resolve(text));
  const texts = [undefined, "! a\n", undefined, "! a\n10.99.0.12\n", "! b\n", "10.99.0.12\n"];
  for (text of [...texts, undefined]) {
    await nodes.look();
    await nodes.look();
  }
  assert.deepEqual(told.filter(({ kind }) => kind.startsWith("relay-")), [
    { kind: "relay-open", why: "a" },
    { kind: "relay-open", why: "b" },
    { kind: "relay-holding" },
  ]);
});
