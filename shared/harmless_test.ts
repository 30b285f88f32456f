// Names that are made to hurt a terminal come out as question marks, and in JSON as escapes.
import assert from "node:assert/strict";
import { harmless, toJson } from "./harmless.ts";

const HOSTILE = [
  ["\x1b[2J\x1b[31mred", "?[2J?[31mred"],
  ["a\nb\r\tc", "a?b??c"],
  ["\x9b31m", "?31m"],
  ["abc\u202egnp.exe", "abc?gnp.exe"],
  ["a\u200bb\u2066c\ufeff", "a?b?c?"],
  ["line\u2028para\u2029", "line?para?"],
  ["\u{e0041}tag", "?tag"],
  ["half\ud800", "half?"],
] as const;

for (const [name, shown] of HOSTILE) {
  Deno.test(`${JSON.stringify(name)} is shown as ${shown}`, () => {
    assert.equal(harmless(name), shown);
    const json = toJson({ [name]: [name] }, 2);
    assert.equal(harmless(json.replaceAll("\n", "")), json.replaceAll("\n", ""));
    assert.deepEqual(JSON.parse(json), { [name]: [name] });
  });
}

Deno.test("names of all languages stay as they are", () => {
  for (const name of ["pc1", "Kathará", "ネット", "сеть", "a b"]) {
    assert.equal(harmless(name), name);
    assert.equal(toJson([name]), JSON.stringify([name]));
  }
});
