// The hash that decides whether a build is up to date.
import assert from "node:assert/strict";
import { hashInputs } from "./inputs.ts";

Deno.test("unchanged inputs have one hash, another DENORT_BIN gives another", async () => {
  const hash = await hashInputs("megalos", undefined);
  assert.match(hash, /^[0-9a-f]{64}$/);
  assert.equal(await hashInputs("megalos", undefined), hash);
  assert.notEqual(await hashInputs("megalos", "/opt/denort"), hash);
});
