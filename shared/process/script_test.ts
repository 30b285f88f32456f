// Constants of scripts: where they go, and that none is missing, unused or able to become code.
import assert from "node:assert/strict";
import { run } from "./exec.ts";
import { withConstants } from "./script.ts";

const SCRIPT = `#!/bin/sh
# Prints a path and a number.
printf '%s %s' "$DIR/x" $((COUNT + 1))
`;

Deno.test("constants are assigned after the first line, and sh has them", async () => {
  const script = withConstants(SCRIPT, { DIR: "/run/a-b.c", COUNT: 41 });
  const [first, ...lines] = script.split("\n");
  assert.deepEqual([first, ...lines.slice(0, 2)], [
    "#!/bin/sh",
    'DIR="/run/a-b.c"',
    'COUNT="41"',
  ]);
  const { stdout } = await run({ argv: ["sh", "-c", script, "sh"] });
  assert.equal(stdout, "/run/a-b.c/x 42");
});

Deno.test("Python has them, too", async () => {
  const script = withConstants('#!/usr/bin/python3\nprint(DIR + "/x")\n', { DIR: "/run" });
  const { stdout } = await run({ argv: ["python3", "-c", script] });
  assert.equal(stdout, "/run/x\n");
});

const REFUSED = [
  ["a value that could become code", SCRIPT, { DIR: 'x"; reboot; "', COUNT: 1 }, /DIR is/],
  ["an empty value", SCRIPT, { DIR: "", COUNT: 1 }, /DIR is ""/],
  ["a constant that nothing uses", SCRIPT, { DIR: "/run", COUNT: 1, PORT: 2 }, /PORT is not used/],
  ["a name without a value", SCRIPT, { COUNT: 1 }, /DIR is used in it and has no value/],
  ["a script without a first line", "echo $DIR", { DIR: "/run" }, /first line is "echo \$DIR"/],
] as const;

for (const [what, script, constants, why] of REFUSED) {
  Deno.test(`refused: ${what}`, () => {
    assert.throws(() => withConstants(script, constants), why);
  });
}
