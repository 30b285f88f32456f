// A long step says what it does, for how long, and what its program said last.
import assert from "node:assert/strict";
import { run } from "../shared/process/exec.ts";
import { during, lastLine, type Repeat } from "./progress.ts";

/** A clock that moves by hand. */
function fakeClock() {
  const clock = { tick: () => {}, isRunning: false };
  const every: Repeat = (ms, tick) => {
    assert.equal(ms, 10_000);
    Object.assign(clock, { tick, isRunning: true });
    return { [Symbol.dispose]: () => void (clock.isRunning = false) };
  };
  return { clock, every };
}

Deno.test("every ten seconds a line, with the last output where there is one", async () => {
  const { clock, every } = fakeClock();
  const lines: string[] = [];
  const answer = await during("build it", (line) => lines.push(line), (heard) => {
    clock.tick();
    heard("one\ntwo\n\n");
    clock.tick();
    heard("\n");
    clock.tick();
    return Promise.resolve(42);
  }, every);
  assert.equal(answer, 42);
  assert.equal(clock.isRunning, false);
  assert.deepEqual(lines, [
    "10 s so far: build it",
    "20 s so far: build it; last output: two",
    "30 s so far: build it; last output: two",
  ]);
});

Deno.test("a step that fails says no more", async () => {
  const { clock, every } = fakeClock();
  const failing = during("fail", () => {}, () => Promise.reject(new Error("no")), every);
  await assert.rejects(failing, /no/);
  assert.equal(clock.isRunning, false);
});

Deno.test("a last line is one line without colours, however a program draws it", () => {
  assert.equal(lastLine("10%\r20%\r"), "20%");
  assert.equal(lastLine("\x1b[32mdone\x1b[0m\n"), "done");
  assert.equal(lastLine("x".repeat(200))?.length, 100);
  assert.equal(lastLine("\n \n"), undefined);
});

Deno.test("what a command prints is heard while it runs, on both of its streams", async () => {
  const path = await Deno.makeTempFile();
  let said = "";
  // The program ends when both of its words were heard, and not before.
  const heard = (output: string) => {
    said += output;
    if (said.includes("out\n") && said.includes("err\n")) Deno.removeSync(path);
  };
  const script = 'echo out; echo err >&2; while [ -e "$1" ]; do sleep 0.01; done';
  const done = await run({ argv: ["sh", "-c", script, "sh", path], heard });
  assert.deepEqual([done.reason, done.stdout, done.stderr], ["success", "out\n", "err\n"]);
});
