// On a slow machine every time limit is longer, and every program that is started is told so.
import assert from "node:assert/strict";
import { run } from "./exec.ts";
import { scaled, setTimeScale } from "./time_scale.ts";

Deno.test("a factor multiplies the limits of programs, and is told to them", async () => {
  setTimeScale("1");
  try {
    assert.equal((await run({ argv: ["env"] })).stdout.includes("MEGALOS_TIME_SCALE"), false);
    setTimeScale("100000");
    assert.equal(scaled(20), 2_000_000);
    const done = await run({ argv: ["sh", "-c", "sleep 0.3; env"], timeoutMs: 1 });
    assert.equal(done.reason, "success");
    assert.match(done.stdout, /^MEGALOS_TIME_SCALE=100000$/m);
  } finally {
    setTimeScale("1");
  }
});

Deno.test("a factor that is no whole number from 1 on is refused", () => {
  for (const wrong of ["", "0", "-1", "1.5", "fast"]) {
    assert.throws(
      () => setTimeScale(wrong),
      /^Error: Cannot use MEGALOS_TIME_SCALE: .* is no whole/,
    );
  }
  setTimeScale(undefined);
  assert.equal(scaled(20), 20);
});
