// The list of refused peers in its file: written when it changes, and read again.
import assert from "node:assert/strict";
import { parseRefused, RefusedFile, type RefusedPeer } from "./refused_file.ts";

const ONE: RefusedPeer = { peer: "10.0.0.2", since: "2026-11-28T12:00:00.000Z", why: "it forges" };

Deno.test("the list is written at the first look, and when it has changed", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/refused.json`;
    await Deno.writeTextFile(path, "of an earlier manager");
    let list: readonly RefusedPeer[] = [];
    const file = new RefusedFile(() => list, path);
    const read = async () => parseRefused(await Deno.readTextFile(path));
    await file.look();
    assert.deepEqual(await read(), []);
    list = [ONE];
    await file.look();
    assert.deepEqual(await read(), [ONE]);
    await Deno.remove(path);
    await file.look();
    await assert.rejects(read(), Deno.errors.NotFound, "nothing has changed");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("another text is an error in one sentence", () => {
  assert.throws(
    () => parseRefused('[{"peer":1}]'),
    /^Error: Cannot read .*: it is not what a manager writes$/,
  );
});
