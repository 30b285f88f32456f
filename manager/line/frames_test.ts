// Messages of a WebSocket: read in whatever parts they come, refused where they are wrong.
import assert from "node:assert/strict";
import fc from "fast-check";
import { mask } from "./fake_line.ts";
import { fuzz } from "../../tests/fixture/fuzz.ts";
import { ByteReader, Ended } from "./byte_reader.ts";
import {
  encodeClose,
  encodeText,
  type Message,
  MessageReader,
  MOST_PARTS,
  type Side,
  Violation,
} from "./frames.ts";

const MOST = 200_000;

/** Hands the bytes on in parts of so many. */
function readerOf(bytes: Uint8Array<ArrayBuffer>, part = 7, from?: Side): MessageReader {
  let at = 0;
  return new MessageReader(
    new ByteReader({
      read(into) {
        if (at >= bytes.length) return Promise.resolve(null);
        const some = bytes.subarray(at, at + Math.min(part, into.length));
        into.set(some);
        at += some.length;
        return Promise.resolve(some.length);
      },
    }),
    from,
  );
}

fuzz(
  "a text comes back as it was sent, however long and in whatever parts",
  fc.tuple(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.constantFrom(1, 7, 40_000),
    fc.constantFrom(1, 200, 1_000),
  ),
  async ([text, part, times]) => {
    const long = text.toWellFormed().repeat(times).slice(0, MOST / 4).toWellFormed();
    const message = await readerOf(mask(encodeText(long)), part).next(MOST);
    assert.deepEqual(message, { kind: "text", text: long });
  },
  30,
);

const text = (first: number, ...payload: number[]) =>
  mask(Uint8Array.from([first, payload.length, ...payload]));

Deno.test("a text in parts, with a ping between them", async () => {
  const reader = readerOf(Uint8Array.from([...text(1, 104), ...text(137, 9), ...text(128, 105)]));
  const ping: Message = { kind: "ping", payload: Uint8Array.of(9) };
  assert.deepEqual(await reader.next(MOST), { kind: "part" });
  assert.deepEqual(await reader.next(MOST), ping);
  assert.deepEqual(await reader.next(MOST), { kind: "text", text: "hi" });
  await assert.rejects(reader.next(MOST), Ended);
});

const empty = (first: number, times: number) =>
  Array.from({ length: times }, () => [...text(first)]);

Deno.test("a text in as many parts as one may have", async () => {
  const parts = [...text(1), ...empty(0, MOST_PARTS - 2).flat(), ...text(128, 104)];
  const reader = readerOf(Uint8Array.from(parts));
  for (let at = 1; at < MOST_PARTS; at++) {
    assert.deepEqual(await reader.next(MOST), { kind: "part" });
  }
  assert.deepEqual(await reader.next(MOST), { kind: "text", text: "h" });
});

/** Bytes that are wrong behind so many parts of a text that are right. */
const WRONG: readonly [
  what: string,
  bytes: Uint8Array<ArrayBuffer>,
  code: number,
  parts?: number,
][] = [
  ["bits of extensions", text(0xc1, 1), 1002],
  ["no mask", Uint8Array.from([0x81, 1, 1]), 1002],
  ["a part of nothing", text(0x80, 1), 1002],
  ["a second text in a text", Uint8Array.from([...text(1, 1), ...text(1, 1)]), 1002, 1],
  ["a ping in parts", text(9), 1002],
  ["bytes", text(0x82, 1), 1003],
  ["what is not UTF-8", text(0x81, 0xff), 1007],
  ["a length of 2^63", Uint8Array.from([0x81, 0xff, 128, 0, 0, 0, 0, 0, 0, 0]), 1009],
  ["parts that are too long together", Uint8Array.from([...text(1, 1), ...text(0, 1, 1)]), 1009, 1],
  [
    "one part more than a text may have",
    Uint8Array.from([...text(1), ...empty(0, MOST_PARTS).flat()]),
    1009,
    MOST_PARTS,
  ],
];

for (const [what, bytes, code, parts = 0] of WRONG) {
  Deno.test(`${what}: ends the line with ${code}`, async () => {
    const most = code === 1009 ? 2 : MOST;
    const reader = readerOf(bytes);
    for (let at = 0; at < parts; at++) {
      assert.deepEqual(await reader.next(most), { kind: "part" });
    }
    await assert.rejects(
      reader.next(most),
      (error) => error instanceof Violation && error.code === code,
    );
  });
}

fuzz(
  "whatever comes is a message, a violation or an end",
  fc.uint8Array({ maxLength: 200 }),
  async (bytes) => {
    const reader = readerOf(Uint8Array.from(bytes));
    const error = await (async () => {
      while (true) await reader.next(64);
    })().catch((error) => error);
    assert.ok(error instanceof Violation || error instanceof Ended, `${error}`);
  },
);

Deno.test("a reason that is too long for its frame is cut between characters", () => {
  const frame = encodeClose(1008, "ä".repeat(200));
  assert.equal(frame[1], 124);
  assert.equal(new TextDecoder().decode(frame.subarray(4)), "ä".repeat(61));
});

Deno.test("who has accepted a line says its messages without a mask, and nobody else does", async () => {
  const plain = encodeText("hello");
  const said = { kind: "text", text: "hello" };
  assert.deepEqual(await readerOf(plain, 7, "accepter").next(MOST), said);
  assert.deepEqual(await readerOf(mask(plain), 7, "caller").next(MOST), said);
  await assert.rejects(readerOf(mask(plain), 7, "accepter").next(MOST), /a frame is masked/);
  await assert.rejects(readerOf(plain, 7, "caller").next(MOST), /a frame is not masked/);
});
