// Spares: started ahead, used once, and none of a namespace that is gone.
import assert from "node:assert/strict";
import type { Command } from "../../shared/process/command.ts";
import type { Conversation } from "../../shared/process/exec.ts";
import { Spares } from "./spares.ts";

const COMMAND: Command = { argv: ["ip", "-batch", "-"] };

function stock() {
  const started: { ended: boolean }[] = [];
  const state = { place: 1 };
  const start = () => {
    const one = { ended: false };
    started.push(one);
    const end = () => {
      one.ended = true;
      return Promise.reject(new Error("not asked for")).catch(() => undefined as never);
    };
    return { end, one } as unknown as Conversation & { one: { ended: boolean } };
  };
  return { started, state, spares: new Spares(COMMAND, start, () => state.place, 2) };
}

Deno.test("spares are taken once, and what is missing is started later", async () => {
  const { spares, started } = stock();
  spares.fill();
  assert.equal(started.length, 2);
  const taken = [spares.take(COMMAND), spares.take(COMMAND), spares.take(COMMAND)];
  assert.equal(new Set(taken).size, 3);
  assert.equal(started.length, 3);
  assert.equal(spares.take({ argv: ["true"] }), undefined);
  await spares.close();
});

Deno.test("spares of a namespace that was made anew are ended, not used", async () => {
  const { spares, started, state } = stock();
  spares.fill();
  state.place = 2;
  spares.take(COMMAND);
  assert.deepEqual(started.map(({ ended }) => ended), [true, true, false]);
  await spares.close();
});
