// What a long step says of itself.
import assert from "node:assert/strict";
import { describeProgress, Progress } from "./progress.ts";

Deno.test("progress counts what is done and names what is waited for", () => {
  assert.equal(
    describeProgress("checks", 3, ["pc1: true"]),
    "2 of 3 checks done, waiting for pc1: true",
  );
  assert.equal(
    describeProgress("startups", 6, ["a", "b", "c", "d", "e", "f"]),
    "0 of 6 startups done, waiting for a, b, c, d and 2 more",
  );
});

Deno.test("what is under way is said until it ends", async () => {
  const said = Promise.withResolvers<string>();
  using progress = new Progress("checks", said.resolve, 1);
  const done = Promise.withResolvers<number>();
  const tracked = progress.track("pc1", done.promise);
  assert.match(await said.promise, /waiting for pc1$/);
  done.resolve(7);
  assert.equal(await tracked, 7);
});
