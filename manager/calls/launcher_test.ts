// The launcher's text: every shell that may be /bin/sh takes it, and it takes in no part of a call.
import assert from "node:assert/strict";
import { run } from "../../shared/process/exec.ts";
import { scaleTime } from "../../tests/fixture/scale_time.ts";
import { renderLauncher } from "./launcher.ts";
import { HANDED_VERBS, VARIABLES } from "./protocol.ts";

const LAUNCHER = renderLauncher();
const SHELLS = [["sh"], ["dash"], ["bash", "--posix"], ["busybox", "sh"]] as const;

for (const [shell, ...options] of SHELLS) {
  const isThere = (await run({ argv: ["which", shell] })).reason === "success";
  const title = `${[shell, ...options].join(" ")} reads the launcher`;
  Deno.test({
    name: isThere ? title : `${title} (cannot run: it is not installed)`,
    ignore: !isThere,
    fn: async () => {
      const done = await run({ argv: [shell, ...options, "-n"], stdin: LAUNCHER });
      assert.deepEqual([done.reason, done.stderr], ["success", ""]);
    },
  });
}

Deno.test("the launcher needs no program but those of coreutils and util-linux", () => {
  const lines = LAUNCHER.split("\n").filter((line) => !line.trimStart().startsWith("#"));
  assert.doesNotMatch(lines.join("\n"), /\b(sed|awk|grep|perl|mktemp|eval|printf '?%b)\b/);
});

Deno.test("the launcher hands over each variable of the protocol and no other", () => {
  const handed = LAUNCHER.matchAll(/^ +\[ -z "\$\{(\w+)\+set\}" \] \|\| set -- "\$@" "\1=\$\1"$/gm);
  assert.deepEqual(Array.from(handed, ([, name]) => name), [...VARIABLES]);
});

Deno.test("the launcher leaves notes about each verb of the protocol and no other", () => {
  assert.ok(LAUNCHER.includes(`    ${HANDED_VERBS.join(" | ")})\n`));
});

Deno.test("the launcher's time limits are multiplied on a slow machine, as the manager's are", () => {
  using _slow = scaleTime(3);
  assert.match(renderLauncher(), /^ANSWER_LIMIT_S="180"$/m);
});
