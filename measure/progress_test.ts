// Long steps of a measurement say at least every ten seconds what goes on, and how far it is.
import assert from "node:assert/strict";
import { Progress } from "./progress.ts";

/** A progress whose time passes by hand, and what it has said. */
function start() {
  let ms = 0;
  const ticks = new Set<() => void>();
  const lines: string[] = [];
  const every = (_ms: number, tick: () => void) => {
    ticks.add(tick);
    return { [Symbol.dispose]: () => void ticks.delete(tick) };
  };
  const progress = new Progress((line) => lines.push(line.trim()), every, () => ms);
  const pass = (seconds: number) => {
    for (let at = 0; at < seconds; at++) {
      ms += 1_000;
      ticks.forEach((tick) => tick());
    }
  };
  return { progress, pass, lines, isTicking: () => ticks.size > 0 };
}

Deno.test("a step is said when it begins, and before ten silent seconds are over", async () => {
  const { progress, pass, lines, isTicking } = start();
  const answer = await progress.during("attack", (at) => {
    pass(9);
    at("turn 2 of 60");
    pass(5);
    progress.say("else");
    pass(9);
    return Promise.resolve(42);
  });
  assert.equal(answer, 42);
  assert.equal(isTicking(), false);
  assert.deepEqual(lines, [
    "0.0 s  attack",
    "9.0 s  attack: 9 s",
    "14.0 s  else",
    "23.0 s  attack: 23 s, turn 2 of 60",
  ]);
});

Deno.test("of steps side by side, each shows its sign of life", async () => {
  const { progress, pass, lines } = start();
  const work = Promise.withResolvers<void>();
  const first = progress.during("one", () => work.promise);
  const second = progress.during("other", (at) => {
    at("ADD");
    return work.promise;
  });
  pass(9);
  work.resolve();
  await Promise.all([first, second]);
  assert.deepEqual(lines.slice(2), ["9.0 s  one: 9 s", "9.0 s  other: 9 s, ADD"]);
});

Deno.test("a step that fails is under way no more", async () => {
  const { progress, pass, lines, isTicking } = start();
  await assert.rejects(progress.during("fail", () => Promise.reject(new Error("no"))), /no/);
  assert.equal(isTicking(), false);
  await progress.during("next", () => Promise.resolve(pass(9)));
  assert.deepEqual(lines.slice(2), ["9.0 s  next: 9 s"]);
});
