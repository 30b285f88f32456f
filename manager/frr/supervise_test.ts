// When FRR is started: not beside one that hangs.
import assert from "node:assert/strict";
import { type Run, run } from "../../shared/process/exec.ts";
import type { Happening } from "../events/event.ts";
import { FrrStarter, startFrrFirst, waitForFrr } from "./supervise.ts";

type Answer = "hangs" | readonly string[];

/** An FRR of which these daemons answer each time that it is asked. */
function answering(answers: Answer[]) {
  const started: string[] = [];
  const answer: Run = async (command) => {
    const [program] = command.argv;
    if (program !== "vtysh") started.push(program);
    const daemons = program === "vtysh" ? answers.shift() ?? assert.fail("asked again") : [];
    return daemons === "hangs"
      ? await run({ ...command, argv: ["sh", "-c", "printf zebra; kill -KILL $$"] })
      : await run({ ...command, argv: ["echo", ...daemons] });
  };
  const told: string[] = [];
  const tell = (happening: Happening) => void told.push(happening.kind);
  return { answer, tell, told, started };
}

const { signal } = new AbortController();

Deno.test("at the manager's start an FRR that hangs is waited for, and not started again", async () => {
  const frr = answering(["hangs", ["zebra", "watchfrr"]]);
  await startFrrFirst(frr.tell, signal, frr.answer);
  assert.deepEqual([frr.started, frr.told], [[], ["frr-awaited"]]);
});

Deno.test("at the manager's start an FRR that is away is started", async () => {
  const frr = answering([[]]);
  await startFrrFirst(frr.tell, signal, frr.answer);
  assert.deepEqual([frr.started, frr.told], [["setsid"], ["frr-started"]]);
});

Deno.test("a look starts no FRR beside one that hangs", async () => {
  const frr = answering(["hangs"]);
  const starter = new FrrStarter(frr.tell, frr.answer);
  const look = starter.look({ at: 0, daemons: [], sessions: [] });
  await assert.rejects(look, /^FaultError: Cannot ask FRR: .* was ended by SIGKILL$/);
  assert.deepEqual(frr.started, []);
});

Deno.test("who waits for FRR waits until it does not hang", async () => {
  const frr = answering(["hangs", ["zebra", "bgpd"]]);
  assert.equal(await waitForFrr(frr.tell, signal, frr.answer), true);
  assert.deepEqual(frr.told, ["frr-awaited"]);
});
