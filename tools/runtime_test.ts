// The order in which the compile runtime is looked for.
import assert from "node:assert/strict";
import { HOST_ARCH } from "./arch.ts";
import { findRuntime } from "./runtime.ts";

const reachable = { cache: "/nonexistent", canDownload: () => Promise.resolve(true) };
const other = HOST_ARCH === "amd64" ? "arm64" : "amd64";
// Any executable of this machine does: this test compiles nothing.
const given = { env: { DENORT_BIN: Deno.execPath() }, log: () => {} };

Deno.test("DENORT_BIN comes first", async () => {
  const runtime = await findRuntime(HOST_ARCH, given, reachable);
  assert.equal(runtime.denort, Deno.execPath());
});

Deno.test("DENORT_BIN of another architecture is left aside", async () => {
  const runtime = await findRuntime(other, given, reachable);
  assert.deepEqual(runtime, {
    description: `denort ${Deno.version.deno}, Deno's download`,
    deno: Deno.execPath(),
  });
});

Deno.test("a DENORT_BIN that is not there is an error, not a reason to take another", async () => {
  const gone = { env: { DENORT_BIN: "/nonexistent/denort" }, log: () => {} };
  await assert.rejects(findRuntime(HOST_ARCH, gone, reachable), Deno.errors.NotFound);
});

Deno.test("without a download a damaged recovery stops the build, saying both sums", async () => {
  const cache = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${cache}/deno-2.6.10-${HOST_ARCH}`, "damaged");
    const unreachable = { cache, canDownload: () => Promise.resolve(false) };
    await assert.rejects(
      findRuntime(other, { env: {}, log: () => {} }, unreachable),
      /^Error: Cannot use .*deno-2.6.10-.*: its SHA-256 is [0-9a-f]{64}, the pinned one is [0-9a-f]{64}$/,
    );
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});
