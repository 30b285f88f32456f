// Nobody's messages take all the time, and those who say little come first.
import assert from "node:assert/strict";
import { FakeClock } from "../line/fake_line.ts";
import { Turns } from "./turns.ts";

/** Turns, works that take so long (ms) as they are said to, and the order they were done in. */
function start() {
  const clock = new FakeClock();
  const turns = new Turns(clock);
  const done: string[] = [];
  const work = (who: string, ms: number, bytes = 0, isOver = () => false) =>
    turns.take(who, bytes, () => {
      clock.pass(ms);
      done.push(who);
    }, isOver);
  return { clock, done, work };
}

Deno.test("works of many have a third of the time at most, but for a burst", async () => {
  const { clock, work } = start();
  await Promise.all(Array.from({ length: 100 }, (_, at) => work(`w${at}`, 50)));
  assert.equal(clock.slept, 2 * 99 * 50 - 1_000);
});

Deno.test("what comes together is handled at once while it takes little", async () => {
  const { clock, work } = start();
  await Promise.all(Array.from({ length: 500 }, (_, at) => work(`w${at}`, 1)));
  assert.equal(clock.slept, 0);
});

Deno.test("who has taken least comes first, and of those who say most comes last", async () => {
  const { done, work } = start();
  await work("busy", 600);
  const all = [work("busy", 1), work("busy", 1), work("long", 1, 4_000_000), work("quiet", 1, 200)];
  await Promise.all(all);
  assert.deepEqual(done, ["busy", "quiet", "long", "busy", "busy"]);
});

Deno.test("what somebody has taken long ago counts no more", async () => {
  const { clock, done, work } = start();
  await work("once", 600);
  clock.pass(600_000);
  await work("now", 600);
  await Promise.all([work("now", 1), work("once", 1)]);
  assert.deepEqual(done.slice(2), ["once", "now"]);
});

Deno.test("short works that come all the time keep no long one waiting, nor it a quiet one", async () => {
  const { done, work } = start();
  let isOver = false;
  const busy = Array.from({ length: 250 }, async (_, at) => {
    while (!isOver && done.length < 3_000) await work(`busy ${at}`, 15);
  });
  await work("long", 200, 4_000_000);
  const turns = done.length;
  await work("quiet", 1);
  const more = done.length - turns;
  isOver = true;
  await Promise.all(busy);
  assert.ok(turns < 2 * 250 + 200, `the long one had turn ${turns}`);
  assert.ok(more <= 3, `the quiet one had to wait for ${more} turns`);
});

Deno.test("of what has become needless while it waited nothing is kept", async () => {
  const { done, work } = start();
  let isOver = false;
  await work("busy", 600);
  const all = [work("w1", 600), work("quiet", 1), work("gone", 0, 4_000_000, () => isOver)];
  isOver = true;
  await Promise.all(all);
  assert.deepEqual(done, ["busy", "gone", "w1", "quiet"]);
});

Deno.test("a work that fails is its own matter", async () => {
  const turns = new Turns(new FakeClock());
  const failing = turns.take("w1", 0, () => {
    throw new Error("no");
  });
  await assert.rejects(failing, /no/);
  await turns.take("w1", 0, () => {});
});
