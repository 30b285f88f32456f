// What `manager completions` prints makes each shell complete commands, options and LANs.
import assert from "node:assert/strict";
import { eventually } from "../fixture/eventually.ts";
import { PROGRAMS } from "../fixture/cluster.ts";
import { addPod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { startResidentNode } from "../fixture/resident_node.ts";
import { PC1 } from "../fixture/two_pods.ts";

/** Each script completes the words of its arguments and prints what it offers, a line each. */
const TRY: Readonly<Record<string, string>> = {
  bash: `
source <(manager completions bash)
COMP_WORDS=(manager "$@") COMP_CWORD=$#
_manager 2>/dev/null
printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: `
compdef() { :; }
_files() { :; }
_describe() { local -a all=("\${(@P)2}"); print -l -- "\${(@)all%%:*}"; }
source <(manager completions zsh)
words=(manager "$@") CURRENT=$(($# + 1))
_manager || :`,
  fish: `
manager completions fish | source
complete -C "manager $argv" | string replace -r '\\t.*' ''; or true`,
};

testAsRoot("bash, zsh and fish complete the manager's commands, options and LANs", async () => {
  await using worker = await startResidentNode();
  const { node } = worker;
  await addPod(node, PC1);
  for (const [shell, script] of Object.entries(TRY)) {
    const complete = async (...words: string[]) => {
      const flags = shell === "bash" ? ["--norc"] : shell === "zsh" ? ["-f"] : ["--no-config"];
      const given = shell === "fish" ? ["--", words.join(" ")] : [shell, ...words];
      const said = await node.must(
        ...["env", `PATH=${PROGRAMS}:/usr/bin:/bin`, "HOME=/nonexistent"],
        ...[shell, ...flags, "-c", script, ...given],
      );
      return said.trim().split(/\s+/).sort();
    };
    assert.deepEqual(await complete("dev"), ["devices"], shell);
    assert.deepEqual(await complete("devices", "--w"), ["--watch"], shell);
    assert.deepEqual(await complete("worker", "--node-na"), ["--node-name"], shell);
    assert.deepEqual(await complete("--node-ip", "1.2.3.4", "wor"), ["worker"], shell);
    assert.deepEqual(await complete("worker", "--vtep-filter", ""), ["off", "on"], shell);
    assert.deepEqual(await complete("--log-level", ""), ["debug", "error", "info", "warn"], shell);
    assert.deepEqual(await complete("devices", "--he"), ["--help"], shell);
    assert.deepEqual(await complete("render", "r"), ["route-reflector"], shell);
    assert.deepEqual(await complete("completions", "z"), ["zsh"], shell);
    let seen: string[] = [];
    await eventually(
      async () => (seen = await complete("lan", "n"))[0] === "net1-ntwork",
      10,
      () => `${shell} offers ${seen}`,
    );
  }
});
