// A connection is read up to an end that is known, in whatever parts it comes.
import assert from "node:assert/strict";
import { ByteReader, Ended } from "./byte_reader.ts";

/** Hands out a text in parts of so many bytes, and counts the buffers that it was given. */
class Parts {
  readonly buffers = new Set<unknown>();
  #rest: Uint8Array;

  constructor(text: string, private readonly most: number) {
    this.#rest = new TextEncoder().encode(text);
  }

  read(into: Uint8Array): Promise<number | null> {
    this.buffers.add(into.buffer);
    const part = this.#rest.subarray(0, Math.min(this.most, into.length));
    into.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return Promise.resolve(part.length === 0 ? null : part.length);
  }
}

for (const size of [1, 2, 3, 5, 100_000]) {
  Deno.test(`a text is read up to its end, and then what follows, in parts of ${size}`, async () => {
    const reader = new ByteReader(new Parts("GET /\r\n\r\nabc\r\n\r\nd", size));
    assert.equal(await reader.takeUntil("\r\n\r\n", 100), "GET /");
    assert.equal(new TextDecoder().decode(await reader.take(1)), "a");
    assert.equal(await reader.takeUntil("\r\n\r\n", 100), "bc");
    await assert.rejects(reader.takeUntil("\r\n\r\n", 100), Ended);
  });

  Deno.test(`a text that is too long is none, in parts of ${size}`, async () => {
    const reader = new ByteReader(new Parts(`${"a".repeat(101)}\r\n\r\n`, size));
    assert.equal(await reader.takeUntil("\r\n\r\n", 100), undefined);
  });
}

Deno.test("who sends a byte at a time takes one buffer, and not one for each byte", async () => {
  const parts = new Parts(`${"a".repeat(8_000)}\r\n\r\n`, 1);
  await new ByteReader(parts).takeUntil("\r\n\r\n", 8_192);
  assert.equal(parts.buffers.size, 1);
});

for (const size of [1_000, 16_384, 100_000]) {
  Deno.test(`a long piece takes memory as it comes, in parts of ${size}`, async () => {
    const text = Array.from({ length: 50_000 }, (_, at) => `${at} `).join("");
    const reader = new ByteReader(new Parts(`#\r\n\r\n${text}and more`, size));
    await reader.takeUntil("\r\n\r\n", 8_192);
    const grown: number[] = [];
    const taken = await reader.take(text.length, (bytes) => grown.push(bytes));
    assert.equal(new TextDecoder().decode(taken), text);
    assert.equal(new TextDecoder().decode(await reader.take(8)), "and more");
    assert.deepEqual(grown.slice(-2), [262_144, text.length]);
    assert.ok(grown[0]! <= 100_000);
  });
}
