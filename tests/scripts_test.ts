// Scripts that are files: their shell reads them, shellcheck finds nothing, comments are narrow.
import assert from "node:assert/strict";
import { run } from "../shared/process/exec.ts";
import { ROOT } from "../tools/checkout.ts";
import { missingPackages } from "../tools/debian.ts";

const SHELLS: Readonly<Record<string, [string, ...string[]]>> = {
  "#!/bin/sh": ["sh"],
  "#!/bin/bash": ["bash"],
  "#!/bin/busybox sh": ["sh"],
};
const MAX_COLUMNS = 100;
const NOT_OURS = new Set([".cache", ".git", "dist", "node_modules"]);
/** Files whose comments the linter does not see, and how a comment's line begins in them. */
const COMMENTED: readonly (readonly [files: RegExp, comment: RegExp])[] = [
  [/(\.(sh|bash|py|pl|awk|ya?ml)|(^|\/)(Dockerfile|kubectl-megalos|\.ci\/run))$/, /^\s*#/],
  [/\.conf$/, /^\s*(#|!|;|\/\/)/],
  [/\.css$/, /^\s*(\/\*|\*)/],
  [/\.html$/, /^\s*<!--/],
];
const files = Array.from(listFiles());
const scripts = files.filter((file) => file.endsWith(".sh") || file === "deploy/kubectl-megalos");
const isMissing = (await missingPackages(["shellcheck"])).length > 0;

Deno.test("scripts are found", () => {
  assert.ok(scripts.includes("manager/calls/launcher.sh"), `${scripts}`);
});

for (const file of files) {
  const comment = COMMENTED.find(([files]) => files.test(file))?.[1];
  if (comment === undefined) continue;
  Deno.test(`${file}: a comment is at most ${MAX_COLUMNS} columns wide`, () => {
    const lines = Deno.readTextFileSync(`${ROOT}/${file}`).split("\n");
    const comments = lines.filter((line) => comment.test(line));
    assert.deepEqual(comments.filter((line) => line.length > MAX_COLUMNS), []);
  });
}

for (const file of scripts) {
  const script = Deno.readTextFileSync(`${ROOT}/${file}`);

  Deno.test(`${file}: its shell reads it, and its second line says what it is for`, async () => {
    const [shebang, purpose] = script.split("\n");
    const shell = SHELLS[shebang ?? ""];
    assert.ok(shell, shebang);
    assert.match(purpose ?? "", /^# [A-Z]/);
    const done = await run({ argv: [...shell, "-n"], stdin: script });
    assert.deepEqual([done.reason, done.stderr], ["success", ""]);
  });

  const title = `${file}: shellcheck finds nothing`;
  Deno.test({
    name: isMissing ? `${title} (cannot run: shellcheck is not installed)` : title,
    ignore: isMissing,
    fn: async () => {
      const options = ["--format=gcc", "--external-sources", "--source-path=SCRIPTDIR"];
      const done = await run({ argv: ["shellcheck", ...options, `${ROOT}/${file}`] });
      assert.deepEqual([done.reason, done.stdout + done.stderr], ["success", ""]);
    },
  });
}

/** Every file of the checkout that is no product, by its path from the root. */
function* listFiles(folder = ""): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(`${ROOT}/${folder}`)) {
    if (!isDirectory) yield folder + name;
    else if (!NOT_OURS.has(name)) yield* listFiles(`${folder}${name}/`);
  }
}
