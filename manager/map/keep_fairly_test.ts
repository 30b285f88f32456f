// The map's last events are not those of one node alone.
import assert from "node:assert/strict";
import { keepFairly } from "./keep_fairly.ts";

const told = (...nodes: string[]) => nodes.map((node, at) => ({ node, number: at + 1 }));
const numbers = (events: readonly { readonly number: number }[]) =>
  events.map(({ number }) => number);

Deno.test("a node that tells more than all others loses its oldest events alone", () => {
  const events = told("b", "a", "a", "b", "a", "a", "c", "a");
  assert.deepEqual(numbers(keepFairly(events, 8)), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(numbers(keepFairly(events, 6)), [1, 4, 5, 6, 7, 8]);
  assert.deepEqual(numbers(keepFairly(events, 3)), [4, 7, 8]);
});

Deno.test("of more nodes than events, those that have told last are kept", () => {
  assert.deepEqual(numbers(keepFairly(told("a", "b", "c", "d"), 2)), [3, 4]);
  assert.deepEqual(keepFairly(told(), 2), []);
});
