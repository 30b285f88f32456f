// Unit tests of the names that both sides of the hand-over read and write.
import assert from "node:assert/strict";
import { parseBell, readyFile, settledFile, slotOf, takenFile } from "./protocol.ts";

const ID = "6fc3c6f0-be4f-4e5d-81f6-ab76fb8569d3";
const CALL = { slot: "17", id: ID };
const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);

Deno.test("a bell's name says what happened to which call", () => {
  assert.deepEqual(parseBell(nameOf(readyFile(CALL))), { name: "ready", call: CALL });
  assert.deepEqual(parseBell(nameOf(takenFile(CALL))), { name: "ready", call: CALL });
  assert.deepEqual(parseBell(nameOf(settledFile(CALL))), { name: "settled", call: CALL });
  assert.deepEqual(parseBell("declined.ADD.255"), { name: "declined", verb: "ADD" });
  assert.deepEqual(parseBell("fallenBack.GC.0"), { name: "fallenBack", verb: "GC" });
});

Deno.test("anything else is no bell", () => {
  for (
    const name of [
      "",
      "alive",
      "17.claim",
      "17.answer",
      `1000.${ID}`,
      `${ID}.settled`,
      "other.ADD.1",
    ]
  ) assert.equal(parseBell(name), undefined, name);
});

Deno.test("a slot's files are told from what the manager has made", () => {
  for (const name of ["17.claim", "17.request", `17.${ID}`, `17.${ID}.settled`]) {
    assert.equal(slotOf(name), "17", name);
  }
  for (const name of ["17.answer", "alive", "bell", "statistics.json", "declined.ADD.17"]) {
    assert.equal(slotOf(name), undefined, name);
  }
});
