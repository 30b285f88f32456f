// The keeper of the room for waiting frames, with a kernel of the test's own.
import assert from "node:assert/strict";
import type { Completed } from "../../shared/process/command.ts";
import type { Happening } from "../events/event.ts";
import { BacklogKeeper } from "./backlog_keeper.ts";

function start(least: number, answer: Partial<Completed>) {
  const state = { asked: [] as string[], said: [] as Happening[] };
  const keeper = new BacklogKeeper(
    least,
    (happening) => state.said.push(happening),
    ({ argv }) => {
      state.asked.push(argv.at(-1)!);
      const done = { reason: "success", code: 0, signal: null, stdout: "", stderr: "", ms: 0 };
      return Promise.resolve({ argv, ...done, ...answer } as Completed);
    },
  );
  return { keeper, state };
}

Deno.test("what waits for a processor is given room, which is told, and not asked again soon", async () => {
  const { keeper, state } = start(16_384, { stdout: "1000\n" });
  await keeper.look();
  await keeper.look();
  assert.deepEqual(state.asked, ["16384"]);
  assert.deepEqual(state.said, [{ kind: "backlog-raised", least: 16_384, before: 1000 }]);
});

Deno.test("room that is enough is not told of; 0 does not even ask", async () => {
  const enough = start(16_384, {});
  await enough.keeper.look();
  assert.deepEqual([enough.state.asked.length, enough.state.said], [1, []]);
  const left = start(0, { stdout: "1000\n" });
  await left.keeper.look();
  assert.deepEqual([left.state.asked, left.state.said], [[], []]);
});

Deno.test("who may not change the room says so once", async () => {
  const why = "sh: cannot create: Read-only file system";
  const { keeper, state } = start(16_384, { reason: "exit", code: 2, stderr: why });
  await keeper.look();
  await keeper.look();
  assert.equal(state.said.length, 1);
  assert.match(JSON.stringify(state.said), /backlog-left.*Read-only file system/);
});
