// How a process ends is told as data, and its time, output and environment are bounded.
import assert from "node:assert/strict";
import { scaleTime } from "../../tests/fixture/scale_time.ts";
import { BASE_ENV, describe } from "./command.ts";
import { attend, converse, run } from "./exec.ts";

Deno.test("a command's end is told as data", async () => {
  const ends: [[string, ...string[]], string, number | null, string | null][] = [
    [["true"], "success", 0, null],
    [["sh", "-c", "exit 3"], "exit", 3, null],
    [["sh", "-c", "kill -TERM $$"], "signal", null, "SIGTERM"],
    [["no-such-program"], "not-found", null, null],
  ];
  for (const [argv, reason, code, signal] of ends) {
    const done = await run({ argv });
    assert.deepEqual([done.argv, done.reason, done.code, done.signal], [
      argv,
      reason,
      code,
      signal,
    ]);
  }
});

Deno.test("output is captured, its two streams apart", async () => {
  const done = await run({ argv: ["sh", "-c", "echo out; echo err >&2"] });
  assert.deepEqual([done.stdout, done.stderr], ["out\n", "err\n"]);
});

Deno.test("arguments are passed as they are: no shell reads them", async () => {
  const args = ["$HOME", "a b", "`id`", ";", "", "'", '"', "*", "é\n"];
  const done = await run({ argv: ["printf", "%s|", ...args] });
  assert.equal(done.stdout, args.map((arg) => `${arg}|`).join(""));
});

Deno.test("input of any size reaches a program that answers while it reads", async () => {
  for (const size of [0, 1, 100_000, 3_000_000]) {
    const stdin = "x".repeat(size);
    const done = await run({ argv: ["cat"], stdin, timeoutMs: 5000 });
    assert.equal(done.reason, "success", `${size} bytes`);
    assert.ok(done.stdout === stdin);
  }
});

Deno.test("a program may end without reading its input", async () => {
  const done = await run({ argv: ["true"], stdin: "x".repeat(3_000_000), timeoutMs: 5000 });
  assert.equal(done.reason, "success");
});

Deno.test("without input a program reads an empty one", async () => {
  assert.equal((await run({ argv: ["cat"], timeoutMs: 5000 })).reason, "success");
});

Deno.test("output over the limit is an error that names the program and the limit", async () => {
  for (const stream of ["stdout", "stderr"]) {
    const argv = ["sh", "-c", `head -c 1001 /dev/zero >/dev/${stream}`, "x".repeat(500)] as const;
    await assert.rejects(run({ argv, maxOutputBytes: 1000 }), (error: Error) => {
      assert.match(error.message, /^Cannot read what `sh -c .*` has printed: .* than 1000 bytes$/);
      assert.ok(error.message.length <= 300, error.message);
      return true;
    });
    assert.equal((await run({ argv, maxOutputBytes: 1001 })).isCut, undefined);
  }
});

Deno.test("where a beginning will do, or all is heard, the rest is dropped and it says so", async () => {
  const argv = ["sh", "-c", "head -c 1000000 /dev/zero; echo end >&2; exit 3"] as const;
  let size = 0;
  const heard = (part: string) => void (size += part.length);
  for (const rest of [{ mayBeCut: true }, { heard }] as const) {
    const done = await run({ argv, maxOutputBytes: 1000, ...rest });
    assert.deepEqual([done.code, done.stdout.length, done.stderr], [3, 1000, "end\n"]);
    assert.equal(done.isCut, true);
  }
  assert.equal(size, 1_000_004);
});

Deno.test("a program that takes too long is killed; nobody waits for what it started", async () => {
  for (const script of ["exec sleep 9", "sleep 9; true", "trap '' TERM; sleep 9 & wait"]) {
    const started = performance.now();
    const argv: [string, ...string[]] = ["sh", "-c", `echo begun; ${script}`];
    const done = await run({ argv, timeoutMs: 200 });
    assert.deepEqual([done.reason, done.stdout], ["timeout", "begun\n"], script);
    assert.ok(performance.now() - started < 5000, script);
    assert.match(describe(done), /was killed after \d+ ms/);
  }
});

Deno.test("the environment is fixed, whatever the caller's is, and PATH is no way in", async () => {
  using _usual = scaleTime(1);
  const done = await run({ argv: ["env"], env: { EXTRA: "1" } });
  const expected = { ...BASE_ENV, EXTRA: "1" };
  assert.deepEqual(
    Object.fromEntries(done.stdout.trim().split("\n").map((line) => line.split("="))),
    expected,
  );
  assert.equal((await run({ argv: ["pwd"] })).stdout, "/\n");
  assert.equal((await run({ argv: ["../bin/true"] })).reason, "success");
});

Deno.test("a conversation goes line by line, and its end tells what was left", async () => {
  const talk = converse({
    argv: ["sh", "-c", 'while read -r x; do echo "<$x>"; done; printf rest; exit 4'],
  });
  assert.ok(talk);
  await talk.write("a\nb\n");
  assert.deepEqual([await talk.readLine("stdout"), await talk.readLine("stdout")], ["<a>", "<b>"]);
  await talk.write("é\n");
  assert.equal(await talk.readLine("stdout"), "<é>");
  const { reason, code, stdout, stderr } = await talk.end();
  assert.deepEqual([reason, code, stdout, stderr], ["exit", 4, "rest", ""]);
});

Deno.test("a conversation with a program that ended by itself has an end as well", async () => {
  const talk = converse({ argv: ["sh", "-c", "echo last; echo why >&2; exit 5"] });
  assert.ok(talk);
  assert.equal(await talk.readLine("stdout"), "last");
  assert.equal(await talk.readLine("stdout"), undefined);
  await talk.write("anyone?\n");
  const { reason, code, stderr } = await talk.end();
  assert.deepEqual([reason, code, stderr], ["exit", 5, "why\n"]);
});

Deno.test("a conversation is killed by hand or after its time", async () => {
  const killed = converse({ argv: ["cat"] });
  killed?.kill();
  assert.deepEqual((await killed?.end())?.signal, "SIGKILL");
  const late = converse({ argv: ["sleep", "60"], timeoutMs: 100 });
  await late?.write("now\n");
  assert.equal(await late?.readLine("stdout"), undefined);
  assert.equal((await late?.end())?.reason, "timeout");
  assert.equal(converse({ argv: ["no-such-program"] }), undefined);
});

Deno.test("what the user attends answers with its exit code", async () => {
  const quiet = { stdin: "null", stdout: "null", stderr: "null" } as const;
  const codes = [["true"], ["sh", "-c", "exit 3"], ["sh", "-c", "kill -KILL $$"], [
    "no-such-program",
  ]]
    .map((argv) => attend({ argv: argv as [string, ...string[]] }, quiet));
  assert.deepEqual(await Promise.all(codes), [0, 3, 137, 127]);
});

Deno.test("a failed script's description names its shell and arguments, not its text", async () => {
  const done = await run({ argv: ["sh", "-c", "# A comment.\necho why >&2; exit 3", "sh", "a"] });
  assert.equal(describe(done), "`sh -c ... sh a` ended with 3: why");
});
