// What a runtime is told of a fault.
import assert from "node:assert/strict";
import { HOSTILE } from "../tests/fixture/hostile.ts";
import { harmless } from "../shared/harmless.ts";
import { renderError } from "./error_reply.ts";

const read = (msg: string, details?: string) =>
  JSON.parse(
    renderError({ kind: "config", msg, ...(details !== undefined && { details }) }, "1.1.0"),
  );

Deno.test("a long error is cut, and never to half of a character", () => {
  for (let before = 290; before <= 300; before++) {
    const { msg } = read(`${"x".repeat(before)}${"\u{1f600}".repeat(10)}`);
    assert.equal(msg.length, 300);
    assert.equal(msg, harmless(msg));
  }
});

Deno.test("what others have said is harmless in an error and in its details", () => {
  for (const [said] of HOSTILE) {
    const { msg, details } = read(`Cannot use ${said}`, `${said}: no such file`);
    assert.equal(msg, harmless(msg));
    assert.equal(details, harmless(details));
  }
  assert.equal(read("Cannot", "one\ntwo\n").details, "one | two");
});
