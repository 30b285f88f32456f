// The architecture of an executable is read from its header.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { HOST_ARCH, readArch } from "./arch.ts";

Deno.test("Deno itself is of this machine's architecture", async () => {
  assert.equal(await readArch(Deno.execPath()), HOST_ARCH);
});

Deno.test("a file that is no executable is of none", async () => {
  assert.equal(await readArch(fileURLToPath(import.meta.url)), undefined);
  assert.equal(await readArch("/dev/null"), undefined);
});
