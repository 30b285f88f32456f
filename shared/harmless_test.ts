// Names that are made to hurt a terminal come out as question marks, and in JSON as escapes.
import assert from "node:assert/strict";
import { HOSTILE } from "../tests/fixture/hostile.ts";
import { harmless, toJson } from "./harmless.ts";

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
