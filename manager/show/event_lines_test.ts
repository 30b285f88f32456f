// Events as `manager events` prints them: their level and words are those of their kind.
import assert from "node:assert/strict";
import type { ShownEvent } from "../local/messages.ts";
import { renderJson, renderText } from "./event_lines.ts";

const TIME = "2026-11-28T12:00:00.000Z";
const shown = (more: object) =>
  ({ time: TIME, node: "w1", number: 1, kind: "node-ready", ...more }) as ShownEvent;

Deno.test("an event is one line, and one object whose first keys are those of all", () => {
  assert.equal(renderText(shown({})), `${TIME} w1 info ready\n`);
  assert.equal(
    renderJson(shown({ some: 1 })),
    `{"time":"${TIME}","node":"w1","number":1,"level":"info","msg":"ready",` +
      `"kind":"node-ready","some":1}\n`,
  );
});

Deno.test("figures that are called as level and words do not take their place", () => {
  const { level, msg } = JSON.parse(renderJson(shown({ level: "error", msg: ["all is lost"] })));
  assert.deepEqual([level, msg], ["info", "ready"]);
});
