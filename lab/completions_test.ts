// What is printed for a shell is what the shell can read, and completes subcommands and devices.
import assert from "node:assert/strict";
import { run } from "../shared/process/exec.ts";
import { renderCompletions } from "./completions.ts";

const TRY = `
source /dev/stdin
lab() { [ "$*" = "ps --quiet" ] && printf 'pc1\\npc2\\nr1\\n'; }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_lab
echo "\${COMPREPLY[*]}"
`;

async function complete(...words: string[]): Promise<string> {
  const stdin = renderCompletions("bash", ["down", "exec", "ps"]);
  const done = await run({ argv: ["bash", "-c", TRY, "bash", ...words], stdin });
  assert.equal(done.stderr, "");
  return done.stdout.trim();
}

Deno.test("bash completes subcommands, and devices where one is wanted", async () => {
  assert.equal(await complete("lab", "ex"), "exec");
  assert.equal(await complete("lab", "exec", "pc"), "pc1 pc2");
  assert.equal(await complete("lab", "exec", "pc1", "x"), "");
});

Deno.test("zsh gets the same by its bashcompinit", () => {
  assert.match(renderCompletions("zsh", ["up"]), /^autoload -U \+X bashcompinit && bashcompinit\n/);
});
