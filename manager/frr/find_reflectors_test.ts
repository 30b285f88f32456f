// Which addresses a name has: those of a whole answer, or those that it had before.
import assert from "node:assert/strict";
import { type Run, run } from "../../shared/process/exec.ts";
import { findReflectors } from "./find_reflectors.ts";

const NAME = "rr.test";
const LAST = new Map([[NAME, ["10.99.0.1", "10.99.0.2"]]]);
const PRINTED = "10.99.0.3 STREAM rr.test\n10.99.0.3 DGRAM\n10.99.0.4 STREAM\n";

/** Runs a script in the place of getent(1). */
const instead = (script: string): Run => (command) =>
  run({ ...command, argv: ["sh", "-c", script, "sh", PRINTED] });

const CASES: readonly [what: string, script: string, addresses: readonly string[]][] = [
  ["is whole", 'printf %s "$1"', ["10.99.0.3", "10.99.0.3", "10.99.0.4"]],
  ["says that there is no such name", "exit 2", LAST.get(NAME)!],
  ["was cut off", 'printf %.30s "$1"; kill -KILL $$', LAST.get(NAME)!],
];
for (const [what, script, addresses] of CASES) {
  Deno.test(`a name has the addresses ${addresses}: the answer ${what}`, async () => {
    const found = await findReflectors([NAME], LAST, instead(script));
    assert.deepEqual(found.get(NAME), addresses);
  });
}
