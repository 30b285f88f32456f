// The variables' way from a launcher: nothing is lost, added or read as something else.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { parseVariables, readVariable } from "./variables.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("every value comes through byte for byte, also an empty one, = and newlines", () => {
  const value = fc.uint8Array({ maxLength: 40 }).map((one) => one.filter((byte) => byte !== 0));
  const variables = fc.dictionary(fc.stringMatching(/^CNI_[A-Z]{1,8}$/), value);
  fc.assert(fc.property(variables, (wanted) => {
    const pairs = Object.entries(wanted).flatMap(([name, value]) => [
      ...bytes(`${name}=`),
      ...value,
      0,
    ]);
    assert.deepEqual(
      [...parseVariables(Uint8Array.from(pairs))].map(([name, value]) => [name, [...value]]),
      Object.entries(wanted).map(([name, value]) => [name, [...value]]),
    );
  }));
});

Deno.test("a variable is read as Deno.env.get reads it", () => {
  const variables = parseVariables(
    Uint8Array.of(...bytes("A=\0B=\uFEFFx=\n\0C="), 0xff, 0, ...bytes("D=cut off")),
  );
  assert.equal(readVariable(variables, "A"), "");
  assert.equal(readVariable(variables, "B"), "\uFEFFx=\n");
  assert.throws(() => readVariable(variables, "C"));
  assert.equal(readVariable(variables, "D"), undefined);
});
