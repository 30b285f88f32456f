// Pauses: that they end when they should, whatever comes first.
// No time is measured: what must not end is compared with what must.
import assert from "node:assert/strict";
import { Alarm } from "./alarm.ts";
import { sleep } from "../../shared/process/time.ts";

const LONG_MS = 600_000;
const never = () => new AbortController().signal;

/** Whether the promise has ended when so much time (ms) has passed. */
async function endsWithin(ms: number, pausing: Promise<void>): Promise<boolean> {
  return await Promise.race([
    pausing.then(() => true),
    sleep(ms, never()).then(() => false),
  ]);
}

Deno.test("a pause ends by itself", async () => {
  await sleep(1, never());
  await new Alarm(1).pause(2, never());
  await new Alarm(LONG_MS).pause(1, never());
});

Deno.test("an alarm ends a pause, even from before it, and the next pause is whole", async () => {
  const alarm = new Alarm(0);
  const pausing = alarm.pause(LONG_MS, never());
  alarm.ring();
  await pausing;
  alarm.ring();
  await alarm.pause(LONG_MS, never());
  const end = new AbortController();
  const whole = alarm.pause(LONG_MS, end.signal);
  assert.equal(await endsWithin(20, whole), false);
  end.abort();
  await whole;
});

Deno.test("an alarm that always rings leaves the least time between two looks", async () => {
  const alarm = new Alarm(LONG_MS);
  const end = new AbortController();
  alarm.ring();
  await alarm.pause(LONG_MS, end.signal);
  const pausing = alarm.pause(LONG_MS, end.signal);
  alarm.ring();
  assert.equal(await endsWithin(20, pausing), false);
  end.abort();
  await pausing;
});

Deno.test("the signal ends a pause, before, in its least time and after", async () => {
  for (const least of [0, LONG_MS]) {
    const end = new AbortController();
    const pausing = new Alarm(least).pause(LONG_MS, end.signal);
    end.abort();
    await pausing;
    await new Alarm(least).pause(LONG_MS, end.signal);
  }
});
