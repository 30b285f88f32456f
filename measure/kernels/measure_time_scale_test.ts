// The factor of time limits is that of the slowest sample.
import assert from "node:assert/strict";
import { measureTimeScale } from "./measure_time_scale.ts";

/** The factor of a machine that says this. */
function factorOf(...lines: readonly string[]): Promise<number> {
  return measureTimeScale({
    run(_argv: readonly string[], onLine: (line: string) => void): Promise<number> {
      lines.forEach(onLine);
      return Promise.resolve(0);
    },
  });
}

Deno.test("the slowest sample counts, and no limit becomes shorter", async () => {
  assert.equal(await factorOf("1760", "5280", "2000"), 66);
  assert.equal(await factorOf("20", "30", "25"), 1);
});

Deno.test("a machine that does not say how slow it is has no factor", async () => {
  for (const lines of [[], ["megalos: not found"]]) {
    await assert.rejects(factorOf(...lines), /^Error: Cannot measure how slow the machine is/);
  }
});
