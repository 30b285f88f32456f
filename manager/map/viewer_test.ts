// A viewer that is slow is told all anew instead of what it has missed, and waits in bounds.
import assert from "node:assert/strict";
import { sse, Viewer } from "./viewer.ts";

const read = async (reader: ReadableStreamDefaultReader<Uint8Array>) =>
  new TextDecoder().decode((await reader.read()).value);

Deno.test("a viewer is told a snapshot first, and then what comes, in its order", async () => {
  const viewer = new Viewer(() => "all\n", () => {});
  viewer.tell("before\n");
  const reader = viewer.stream.getReader();
  assert.equal(await read(reader), "all\n");
  viewer.tell("one\n");
  viewer.tell("two\n");
  assert.equal(await read(reader), "one\ntwo\n");
  const waiting = read(reader);
  viewer.tell("three\n");
  assert.equal(await waiting, "three\n");
});

Deno.test("what waits too long is dropped, and the newest snapshot comes instead", async () => {
  let number = 0;
  const viewer = new Viewer(() => `snapshot ${++number}`, () => {});
  const reader = viewer.stream.getReader();
  assert.equal(await read(reader), "snapshot 1");
  for (let at = 0; at < 1_001; at++) viewer.tell("x".repeat(1_000));
  viewer.tell("later");
  assert.equal(await read(reader), "snapshot 2");
  viewer.tell("after");
  assert.equal(await read(reader), "after");
});

Deno.test("a viewer that goes is told to whoever counts viewers", async () => {
  let hasEnded = false;
  const viewer = new Viewer(() => "", () => hasEnded = true);
  await viewer.stream.getReader().cancel();
  assert.ok(hasEnded);
});

Deno.test("an event is two lines and an empty one", () => {
  assert.equal(sse("nodes", "{}"), "event: nodes\ndata: {}\n\n");
});
