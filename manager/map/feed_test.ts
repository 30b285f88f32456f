// A page that begins to watch is told the last events, and of no node alone.
import assert from "node:assert/strict";
import type { Answerer } from "../local/door.ts";
import { MapFeed } from "./feed.ts";

type Told = ReturnType<Answerer["eventsAfter"]>[number];

function event(number: number, node: string): Told {
  const time = "2026-01-02T03:04:05.000Z";
  return { number, node, time, kind: "neighbours-left", most: 1_024 } as Told;
}

/** The numbers of the events that a new page is told. */
async function firstEvents(feed: MapFeed): Promise<number[]> {
  const stream = await feed.open();
  const reader = stream!.getReader();
  const text = new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
  const data = text.split("\n").find((line) => line.startsWith("data: "))!;
  return JSON.parse(data.slice("data: ".length)).events
    .map(({ number }: { number: number }) => number);
}

Deno.test("a node that tells more events than a page shows hides nobody else's", async () => {
  const kept: Told[] = [event(1, "quiet")];
  for (let number = 2; number <= 150; number++) kept.push(event(number, "loud"));
  const feed = new MapFeed({ follow: () => ({ [Symbol.dispose]: () => {} }) });
  feed.source = {
    view: () => Promise.resolve(undefined),
    eventsAfter: (number) => kept.filter((one) => one.number > number),
  };
  const loud = (from: number) => Array.from({ length: 99 }, (_, at) => from + at);
  assert.deepEqual(await firstEvents(feed), [1, ...loud(52)]);
  // Each event is asked for once, also where the last one was not kept.
  for (let number = 151; number <= 160; number++) kept.push(event(number, "loud"));
  assert.deepEqual(await firstEvents(feed), [1, ...loud(62)]);
});
