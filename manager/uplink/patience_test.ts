// A worker that hangs is waited for once, and again when it has answered.
import assert from "node:assert/strict";
import { scaleTime } from "../../tests/fixture/scale_time.ts";
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

Deno.test("a worker of a slow machine is waited for longer", () => {
  const patience = new Patience();
  const both = () => {
    patience.answered();
    const { ms } = patience;
    patience.overdue();
    return [ms, patience.ms];
  };
  using _usual = scaleTime(1);
  const usual = both();
  using _slow = scaleTime(3);
  assert.deepEqual(both(), usual.map((ms) => 3 * ms));
});
