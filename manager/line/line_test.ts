// A line's pace: whatever comes faster is read later, by a clock of the test's own.
import assert from "node:assert/strict";
import { FakeCaller, FakeClock } from "./fake_line.ts";
import { acceptLines } from "./accept_lines.ts";
import { encodeText } from "./frames.ts";
import type { Pace } from "./line.ts";

const PACE: Pace = { most: 10_000, bytesPerSecond: 1_000, messagesPerSecond: 20 };

const EMPTY_PART = Uint8Array.of(0, 0);
const PING = Uint8Array.of(137, 0);
const times = (count: number, frame: Uint8Array<ArrayBuffer>) =>
  Array.from({ length: count }, () => frame);

for (
  const [what, frames, ms] of [
    ["40 texts are read at once", times(40, encodeText("")), 0],
    ["texts beyond them are read at 20 a second", times(60, encodeText("")), 1_000],
    ["each part of a text counts", [Uint8Array.of(1, 0), ...times(59, EMPTY_PART)], 1_000],
    ["pings count", times(60, PING), 1_000],
    ["long texts are read by their bytes", times(3, encodeText("x".repeat(1_000))), 1_000],
  ] as const
) {
  Deno.test(`${what}: ${ms} ms are waited`, async () => {
    const clock = new FakeClock();
    const caller = new FakeCaller("10.99.0.11", clock);
    for (const frame of frames) caller.sayFrame(frame);
    caller.end();
    while (await caller.line.next(PACE) !== undefined);
    assert.equal(clock.slept, ms);
  });
}

/** What a client hears of an answer of so many bytes: its length, or that the line has ended. */
async function hear(bytes: number, mostWaiting?: number): Promise<number | "ended"> {
  using acceptor = acceptLines({ hostname: "127.0.0.1", port: 0 }, {
    ...(mostWaiting !== undefined && { mostWaiting }),
    refuse: () => undefined,
    async serve(line, known) {
      known();
      line.send("x".repeat(bytes));
      await line.next(PACE);
    },
  });
  const socket = new WebSocket(`ws://127.0.0.1:${acceptor.port}/`);
  const heard = await new Promise<number | "ended">((resolve) => {
    socket.onmessage = ({ data }) => resolve(data.length);
    socket.onclose = socket.onerror = () => resolve("ended");
  });
  const isClosed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  if (heard !== "ended") await isClosed;
  return heard;
}

Deno.test("more waits for a reader where its line is for long answers", async () => {
  const MIB = 1024 * 1024;
  assert.equal(await hear(33 * MIB), "ended");
  assert.equal(await hear(52 * MIB, 64 * MIB), 52 * MIB);
});
