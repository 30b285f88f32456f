// Lines of lab.dep, right and wrong.
import assert from "node:assert/strict";
import { parseLabDep } from "./lab_dep.ts";

Deno.test("a line of lab.dep is a device and those that it waits for; the last line of a device counts", () => {
  const after = parseLabDep("# order\r\npc1: r1 r2\r\n\r\nr1:r2\npc2: r1\npc2: r2 \n");
  assert.deepEqual([...after], [["pc1", ["r1", "r2"]], ["r1", ["r2"]], ["pc2", ["r2"]]]);
});

for (
  const [text, message] of [
    ["pc1 r1", /^lab\.dep:1: .*not DEVICE: DEVICE/],
    ["a: b\nb:", /^lab\.dep:2: .*not DEVICE: DEVICE/],
    ["a: a", /^lab\.dep:1: .*a would have to wait for itself/],
    ["a: b\nb: c\nc: d a", /^lab\.dep:3: .*c would have to wait for itself/],
  ] as const
) {
  Deno.test(`the lab.dep ${JSON.stringify(text)} is refused with its line`, () => {
    assert.throws(() => parseLabDep(text), { message });
  });
}
