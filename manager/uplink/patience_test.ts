// A worker that hangs is waited for once, and again when it has answered.
import assert from "node:assert/strict";
import { Patience } from "./patience.ts";

Deno.test("who has not answered is hardly waited for until an answer comes", () => {
  const patience = new Patience();
  const { ms } = patience;
  patience.overdue();
  assert.ok(patience.ms < ms / 10, `${patience.ms}`);
  patience.overdue();
  assert.ok(patience.ms < ms / 10, `${patience.ms}`);
  patience.answered();
  assert.equal(patience.ms, ms);
});
