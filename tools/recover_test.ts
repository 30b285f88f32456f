// The recovery uses nothing whose SHA-256 is not the pinned one.
import assert from "node:assert/strict";
import { assertPinned, DENO, DENORT, recover, sha256, withoutPayload } from "./recover.ts";

const nowhere = { env: {}, log: () => {} };
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("a sum that differs is an error that says both", () => {
  assertPinned("denort", "aa11", "aa11");
  assert.throws(() => assertPinned("denort", "aa11", "bb22"), {
    message: "Cannot use denort: its SHA-256 is aa11, the pinned one is bb22",
  });
});

Deno.test("SHA-256 is that of the standard's example", async () => {
  const sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.equal(await sha256(bytes("abc")), sum);
});

for (const pinned of [DENO, DENORT]) {
  Deno.test(`a damaged ${pinned.name} in the cache stops the build`, async () => {
    const cache = await Deno.makeTempDir();
    try {
      const path = `${cache}/${pinned.name}-2.6.10-arm64`;
      await Deno.writeTextFile(path, "abc");
      const sum = await sha256(bytes("abc"));
      await assert.rejects(recover(pinned, "arm64", cache, nowhere), {
        message: `Cannot use ${path}: its SHA-256 is ${sum}, ` +
          `the pinned one is ${pinned.sha256.arm64}`,
      });
    } finally {
      await Deno.remove(cache, { recursive: true });
    }
  });
}

Deno.test("the runtime is what comes before the payload, which counts its own length", () => {
  const payload = new Uint8Array(new BigUint64Array([12n]).buffer);
  const program = new Uint8Array([...bytes("ELF runtime"), ...bytes("code"), ...payload]);
  assert.equal(new TextDecoder().decode(withoutPayload(program)), "ELF runtime");
});

for (const length of [0n, 7n, 1_000n]) {
  Deno.test(`a payload length of ${length} in 20 bytes is refused`, () => {
    const program = new Uint8Array([
      ...new Uint8Array(12),
      ...new Uint8Array(new BigUint64Array([length]).buffer),
    ]);
    assert.throws(() => withoutPayload(program), /its payload length is/);
  });
}
