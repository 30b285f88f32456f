// The shells' own part of completions: what a program offers is never expanded.
import assert from "node:assert/strict";
import { renderCompletions, type Shell } from "../shared/completions/scripts.ts";
import { describe } from "../shared/process/command.ts";
import { run } from "../shared/process/exec.ts";
import { makeFolder } from "./fixture/folder.ts";

/** Each word would be another one, or several, if a shell expanded it. */
const WORDS = ["*", "?", "[a]", "$(touch ran)", "`touch ran`", "$HOME", "~", "a b", "-n", "\\t"];

/** Loads what the first argument is, and prints what is offered for `tool `, a line each. */
const TRY: Readonly<Record<Shell, readonly string[]>> = {
  bash: [
    "--norc",
    "-c",
    `source "$1"; COMP_WORDS=(tool "") COMP_CWORD=1; _tool; printf '%s\\n' "\${COMPREPLY[@]}"`,
    "bash",
  ],
  zsh: [
    "-f",
    "-c",
    `compdef() { :; }
_describe() { print -rl -- "\${(@P)2}"; }
source "$1"; words=(tool "") CURRENT=2; _tool || :`,
    "zsh",
  ],
  fish: ["--no-config", "-c", "source $argv[1]; __tool_complete"],
};

for (const [shell, args] of Object.entries(TRY)) {
  const isThere = (await run({ argv: [shell, "--version"] })).reason === "success";
  const missing = isThere ? "" : ` (cannot run: ${shell} is not installed)`;
  Deno.test(`${shell} takes what it is offered as it is${missing}`, async () => {
    if (!isThere) return;
    await using folder = await makeFolder({
      a: "",
      b: "",
      words: WORDS.map((word) => `${word}\n`).join(""),
      "bin/tool!": "#!/bin/sh\nexec cat words\n",
      "tool.completions": renderCompletions(shell as Shell, "tool"),
    });
    const path = `PATH=${folder.dir}/bin:/usr/bin:/bin`;
    const done = await run({
      argv: ["env", "-C", folder.dir, path, "HOME=/nonexistent", shell, ...args].concat(
        "./tool.completions",
      ) as [string],
      timeoutMs: 60_000,
    });
    assert.deepEqual(done.stdout.trimEnd().split("\n"), WORDS, describe(done));
    const left = Array.from(Deno.readDirSync(folder.dir), ({ name }) => name);
    assert.ok(!left.includes("ran"), `${left}`);
  });
}

Deno.test("bash completes files and folders, whatever their names have", async () => {
  await using folder = await makeFolder({
    "a b": "",
    "*": "",
    "c/d": "",
    "bin/tool!": "#!/bin/sh\necho :files\n",
    "tool.completions": renderCompletions("bash", "tool"),
  });
  const path = `PATH=${folder.dir}/bin:/usr/bin:/bin`;
  const argv = ["env", "-C", folder.dir, path, "bash", ...TRY.bash, "./tool.completions"] as const;
  const done = await run({ argv: [...argv], timeoutMs: 60_000 });
  const names = ["*", "a b", "bin", "c", "tool.completions"];
  assert.deepEqual(done.stdout.trimEnd().split("\n").toSorted(), names, describe(done));
});
