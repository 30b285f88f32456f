// The queue of hints: what waits, and what is dropped.
import assert from "node:assert/strict";
import { MOST_MOVES } from "../uplink/messages.ts";
import { PacedQueue } from "./paced_queue.ts";

Deno.test("the first is worked on at once, and the newest of what has come meanwhile", async () => {
  const batches: string[][] = [];
  const dropped: string[] = [];
  const works: PromiseWithResolvers<void>[] = [];
  await using queue = new PacedQueue<string>(async (batch) => {
    batches.push([...batch]);
    const work = Promise.withResolvers<void>();
    works.push(work);
    await work.promise;
  }, (one) => dropped.push(one));
  queue.offer("a", "a1");
  queue.offer("b", "b1");
  queue.offer("a", "a2");
  queue.offer("a", "a3");
  assert.deepEqual(batches, [["a1"]]);
  works[0]!.resolve();
  while (works.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual(batches[1], ["b1", "a3"]);
  for (let at = 0; at < MOST_MOVES + 2; at++) queue.offer(`${at}`, `${at}`);
  assert.deepEqual(dropped, ["0", "1"]);
  works[1]!.resolve();
  while (works.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(batches[2]?.length, MOST_MOVES);
  works[2]!.resolve();
});

Deno.test("a storm is worked on in few batches", async () => {
  let batches = 0;
  await using queue = new PacedQueue<number>(() => {
    batches++;
    return Promise.resolve();
  }, () => {});
  const ended = performance.now() + 500;
  let at = 0;
  for (; performance.now() < ended; at++) {
    queue.offer(`${at}`, at);
    if (at % 10 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  const seconds = (performance.now() - ended + 500) / 1_000;
  assert.ok(batches <= 11 + 10 * seconds, `${batches} batches of ${at} in ${seconds} s`);
});
