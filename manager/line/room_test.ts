// Who begins long messages and does not end them makes room for others.
import assert from "node:assert/strict";
import { FakeCaller } from "./fake_line.ts";
import { encodeText } from "./frames.ts";
import { Room, SHORT_BYTES } from "./room.ts";

const LONG = SHORT_BYTES + 1;
const PACE = { most: 10 * LONG, bytesPerSecond: Infinity, messagesPerSecond: Infinity };

/** A text of so many bytes without its last one. */
const beginningOf = (bytes: number) => encodeText("x".repeat(bytes)).slice(0, -1);

/** A text that goes on, and an end of it. */
const PART = encodeText("x".repeat(LONG)).fill(1, 0, 1);
const LAST_PART = Uint8Array.of(128, 0);

/**
 * Lines that share room for two long messages; what each hears.
 * @param handle waits until a message has had its turn
 */
function startLines(count: number, handle = () => Promise.resolve()) {
  const room = new Room(2 * LONG);
  const callers = Array.from({ length: count }, (_, at) => new FakeCaller(`10.99.0.${at}`));
  const read = async ({ line }: FakeCaller) => {
    while (await line.next({ ...PACE, room }) !== undefined) await handle();
  };
  const reading = callers.map(read);
  return {
    callers,
    heard: () => callers.map(({ heard }) => heard),
    /** Has a line say this, and waits until all of it was heard. */
    async say(at: number, frame: Uint8Array<ArrayBuffer>): Promise<void> {
      callers[at]!.sayFrame(frame);
      await callers[at]!.quiet;
    },
    async [Symbol.asyncDispose]() {
      for (const caller of callers) caller.end();
      await Promise.all(reading);
    },
  };
}

Deno.test("a message that waits for its turn goes only where there is none that has no end", async () => {
  const turn = Promise.withResolvers<void>();
  let waits = Promise.withResolvers<void>();
  await using lines = startLines(4, () => {
    waits.resolve();
    return turn.promise;
  });
  const begin = (at: number) => lines.say(at, PART);
  const end = async (at: number) => {
    waits = Promise.withResolvers();
    lines.callers[at]!.sayFrame(LAST_PART);
    await waits.promise;
  };
  await begin(0);
  await end(0);
  await begin(1);
  await begin(2);
  const gone = ["closed 1008 others need the room of its message"];
  assert.deepEqual(lines.heard(), [[], gone, [], []]);
  await end(2);
  await begin(3);
  assert.deepEqual(lines.heard(), [gone, gone, [], []]);
  turn.resolve();
});

Deno.test("a long message makes the oldest one go that has not come to its end", async () => {
  await using lines = startLines(3);
  for (const at of [0, 1, 2]) await lines.say(at, beginningOf(LONG));
  assert.deepEqual(lines.heard(), [["closed 1008 others need the room of its message"], [], []]);
});

Deno.test("who only says how long a message is takes no room", async () => {
  await using lines = startLines(4);
  await lines.say(0, beginningOf(LONG));
  for (const at of [1, 2, 3]) {
    await lines.say(at, encodeText("x".repeat(10 * LONG)).slice(0, 1_000));
  }
  assert.deepEqual(lines.heard(), [[], [], [], []]);
});

Deno.test("what was read, short messages and lines that have ended take no room", async () => {
  await using lines = startLines(5);
  await lines.say(0, encodeText("x".repeat(LONG)));
  await lines.say(1, beginningOf(SHORT_BYTES));
  await lines.say(2, beginningOf(LONG));
  await lines.say(3, beginningOf(LONG));
  lines.callers[3]!.end();
  await lines.callers[3]!.line.closed;
  await lines.say(4, beginningOf(LONG));
  assert.deepEqual(lines.heard(), [[], [], [], [], []]);
});
