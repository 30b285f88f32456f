// Names of the hand-over's files, and the launcher's text as shells read it.
import assert from "node:assert/strict";
import { run } from "../../shared/exec.ts";
import { LAUNCHER } from "./launcher.ts";
import { bellFile, parseBell, parseDeclined, slotFile } from "./protocol.ts";

Deno.test("the names of bell files lead back to slot and meaning", () => {
  for (const name of ["ready", "settled"] as const) {
    const file = bellFile("17", name).split("/").at(-1) ?? "";
    assert.deepEqual(parseBell(file), { slot: "17", name });
  }
  for (const other of ["17.claim", "x.ready", "1234.ready", "17.ready.new", ""]) {
    assert.equal(parseBell(other), undefined);
  }
  assert.equal(parseDeclined("declined.ADD.17"), "ADD");
  assert.equal(parseDeclined("declined.ADD"), undefined);
  assert.equal(slotFile("17", "answer"), "/run/megalos/calls/17.answer");
});

for (const shell of [["dash"], ["bash", "--posix"]] as const) {
  Deno.test(`${shell[0]} reads the launcher`, async () => {
    const { reason, stderr } = await run({ argv: [...shell, "-n"], stdin: LAUNCHER });
    assert.deepEqual([reason, stderr], ["success", ""]);
  });
}
