// Duties: done in order whatever fails, and failures told once.
import assert from "node:assert/strict";
import { within } from "../../shared/process/time.ts";
import type { Happening } from "../events/event.ts";
import { CannotGoOn, Duties, type Duty } from "./duty.ts";

const SEEN = { at: 0, daemons: [], sessions: [] };
const observe = () => Promise.resolve(SEEN);

/** Three duties, the second of which throws what `state.error` is. */
function startDuties() {
  const state = { done: [] as string[], told: [] as Happening[], error: undefined as unknown };
  const duty = (name: string, look = () => {}): Duty => ({
    name,
    look: () => {
      state.done.push(name);
      return Promise.resolve().then(look);
    },
  });
  const fail = () => {
    if (state.error !== undefined) throw state.error;
  };
  const all = [duty("one"), duty("two", fail), duty("three")];
  const duties = new Duties(all, (happening) => state.told.push(happening));
  return { duties, state };
}

Deno.test("a duty that fails stops no other, and why is told once, and its end", async () => {
  const { duties, state } = startDuties();
  state.error = new Error("a");
  for (let looks = 0; looks < 2; looks++) await duties.look(observe);
  assert.deepEqual(state.done, ["one", "two", "three", "one", "two", "three"]);
  const failed = (why: string): Happening => ({ kind: "duty-failed", duty: "two", why });
  assert.deepEqual(state.told, [failed("a")]);
  assert.equal(duties.failing, 1);
  state.error = "b";
  await duties.look(observe);
  state.error = undefined;
  await duties.look(observe);
  await duties.look(observe);
  assert.deepEqual(state.told, [
    failed("a"),
    failed("b"),
    { kind: "duty-recovered", duty: "two" },
  ]);
  assert.equal(duties.failing, 0);
});

Deno.test("a program that is killed each time, after another time, is told of once", async () => {
  const { duties, state } = startDuties();
  const [first, ...later] = [20_003, 20_071, 19_998].map((ms) => `nft was killed after ${ms} ms`);
  for (const why of [first, ...later]) {
    state.error = new Error(why);
    await duties.look(observe);
  }
  assert.deepEqual(state.told, [{ kind: "duty-failed", duty: "two", why: first }]);
});

Deno.test("a LAN namespace without its name is told of when the next look meets it, too", async () => {
  const { duties, state } = startDuties();
  const why =
    "nft ended with 1: nsenter: cannot open /run/netns/megalos: No such file or directory";
  const look = async (error?: Error) => {
    state.error = error;
    await duties.look(observe);
  };
  await look(new Error(why));
  assert.equal(duties.isUnsettled, true);
  await look();
  assert.equal(duties.isUnsettled, false);
  assert.deepEqual(state.told, []);
  for (let looks = 0; looks < 3; looks++) await look(new Error(why));
  assert.equal(duties.isUnsettled, false, "the looks come at their usual pace");
  await look();
  assert.deepEqual(state.told, [
    { kind: "duty-failed", duty: "two", why },
    { kind: "duty-recovered", duty: "two" },
  ]);
});

Deno.test("a duty that can never be done ends the look", async () => {
  const { duties, state } = startDuties();
  state.error = new CannotGoOn("gone");
  await assert.rejects(duties.look(observe), CannotGoOn);
  assert.deepEqual(state.done, ["one", "two"]);
});

Deno.test("where nothing can be observed no duty is done, and why is told once", async () => {
  const { duties, state } = startDuties();
  const refuse = () => Promise.reject(new Error("Too many open files"));
  for (let looks = 0; looks < 2; looks++) await duties.look(refuse);
  assert.deepEqual(state.done, []);
  const duty = "ask FRR how it is";
  assert.deepEqual(state.told, [{ kind: "duty-failed", duty, why: "Too many open files" }]);
  assert.equal(duties.failing, 1);
  await duties.look(observe);
  assert.deepEqual(state.told.at(-1), { kind: "duty-recovered", duty });
  assert.deepEqual(state.done, ["one", "two", "three"]);
});

/** A duty that takes long, and each time ends only when it is let, with one behind it. */
function startLong(patience: { momentMs: number; stuckMs: number }) {
  const state = { begun: 0, done: 0, told: [] as Happening[] };
  const ends: PromiseWithResolvers<void>[] = [];
  const long: Duty = {
    name: "long",
    mayTakeLong: true,
    isUnsettled: true,
    look() {
      state.begun++;
      ends.push(Promise.withResolvers());
      return ends.at(-1)!.promise;
    },
  };
  const other: Duty = { name: "other", look: () => Promise.resolve(void state.done++) };
  const tell = (happening: Happening) => void state.told.push(happening);
  const duties = new Duties([long, other], tell, patience);
  return { duties, state, last: () => ends.at(-1)! };
}

Deno.test("the others do not wait for a duty that takes long, which is begun once", async () => {
  const { duties, state, last } = startLong({ momentMs: 0, stuckMs: 3_600_000 });
  for (let looks = 1; looks <= 3; looks++) {
    await duties.look(observe);
    assert.deepEqual(state, { begun: 1, done: looks, told: [] });
    assert.equal(duties.isUnsettled, false, "nobody hurries what is at work");
  }
  last().reject(new Error("it was killed"));
  await duties.look(observe);
  const failed: Happening = { kind: "duty-failed", duty: "long", why: "it was killed" };
  assert.deepEqual(state, { begun: 2, done: 4, told: [failed] });
  // What is at work has not recovered yet.
  await duties.look(observe);
  assert.deepEqual(state.told, [failed]);
  last().resolve();
  await duties.ended();
  assert.deepEqual(state.told, [failed, { kind: "duty-recovered", duty: "long" }]);
});

Deno.test("a duty that is far too long at work holds the loop up, for health to see", async () => {
  const { duties, state, last } = startLong({ momentMs: 0, stuckMs: -1 });
  await duties.look(observe);
  const looking = duties.look(observe);
  assert.equal(await within(50, looking), "overdue");
  assert.deepEqual(state, { begun: 1, done: 1, told: [] });
  last().resolve();
  await looking;
  assert.deepEqual(state, { begun: 2, done: 2, told: [] });
  last().resolve();
});

Deno.test("who ends waits for what is at work", async () => {
  const { duties, last } = startLong({ momentMs: 0, stuckMs: 3_600_000 });
  await duties.look(observe);
  const ending = duties.ended();
  assert.equal(await within(50, ending), "overdue");
  last().resolve();
  await ending;
});

Deno.test("one unsettled duty makes all unsettled", () => {
  const duty = (isUnsettled?: boolean): Duty => ({
    name: "",
    look: () => Promise.resolve(),
    ...isUnsettled !== undefined && { isUnsettled },
  });
  const tell = () => {};
  assert.equal(new Duties([duty(), duty(false)], tell).isUnsettled, false);
  assert.equal(new Duties([duty(), duty(true)], tell).isUnsettled, true);
});
