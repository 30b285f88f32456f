// Of equal lines in a row ten are shown, and their number.
import assert from "node:assert/strict";
import { shortenText } from "./repeats.ts";

Deno.test("300,000 equal lines are ten and a count", () => {
  const said = shortenText(["one", ...Array<string>(300_000).fill("no"), "two", "no"].join("\n"));
  assert.deepEqual(said.split("\n"), [
    "one",
    ...Array<string>(10).fill("no"),
    "(the last line 299990 times more)",
    "two",
    "no",
  ]);
});

Deno.test("what is said ten times, or now and then, is said in full", () => {
  const text = "a\n".repeat(10) + "b\na\nb\na";
  assert.equal(shortenText(text), text);
});
