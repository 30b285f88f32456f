// The batch line encoder: what it carries arrives as one word each, what it cannot carry it refuses.
import assert from "node:assert/strict";
import fc from "fast-check";
import { run } from "../process/exec.ts";
import { FaultError } from "../faults.ts";
import { encodeLine, isCarriable } from "./line.ts";

Deno.test("words become one line, quoted where they hold white space", () => {
  const args = ["link", "set", "dev", "net1", "alias", "a b"] as const;
  assert.equal(encodeLine(args), 'link set dev net1 alias "a b"');
});

Deno.test("what a line would change the meaning of is refused", () => {
  for (
    const word of ["", "#", "a#b", '"', "'", "\\", "a\nb", "a\rb", "a\tb", "\0", "\x7f", "\x1b"]
  ) {
    assert.equal(isCarriable(word), false, JSON.stringify(word));
    assert.throws(() => encodeLine(["link", word]), FaultError, JSON.stringify(word));
  }
});

Deno.test("whatever is carried, ip reads as it was", async () => {
  const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter(isCarriable);
  const property = fc.asyncProperty(word, async (word) => {
    // An unknown device is named in the answer. A leading dash would be an option of `ip` itself only before the object.
    const line = encodeLine(["link", "show", "dev", word]);
    const { stderr } = await run({ argv: ["ip", "-force", "-batch", "-"], stdin: `${line}\n` });
    assert.ok(
      stderr.includes(`"${word}"`) || /is not a valid ifname|Attribute failed/.test(stderr),
      `${JSON.stringify(line)}: ${stderr}`,
    );
  });
  await fc.assert(property, { numRuns: 50 });
});
