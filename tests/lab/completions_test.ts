// What `lab completions` prints makes each shell complete commands, options, labs and devices.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { makeFolder } from "../fixture/folder.ts";
import { LAB, runLab, testLab } from "./lab_fixture.ts";

/** Each script completes the words of its arguments and prints what it offers, a line each. */
const TRY: Readonly<Record<string, string>> = {
  bash: `
source <(lab completions bash)
COMP_WORDS=(lab "$@") COMP_CWORD=$#
_lab 2>/dev/null
printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: `
compdef() { :; }
_files() { :; }
_describe() { local -a all=("\${(@P)2}"); print -l -- "\${(@)all%%:*}"; }
source <(lab completions zsh)
words=(lab "$@") CURRENT=$(($# + 1))
_lab || :`,
  fish: `
lab completions fish | source
complete -C "lab $argv" | string replace -r '\\t.*' ''; or true`,
};

testLab("bash, zsh and fish complete commands, options, labs, devices and LANs", async (name) => {
  await using folder = await makeFolder({ "lab.conf": "pc1[0]=A\npc2[0]=A\nr1[0]=B\n" });
  await using bin = await makeFolder();
  await Deno.symlink(LAB, `${bin.dir}/lab`);
  const other = `${name}-b`;
  await runLab(name, folder.dir, "--keep", "--nodes", "1");
  await runLab(other, "--keep", "--nodes", "1");
  for (const [shell, script] of Object.entries(TRY)) {
    const complete = async (...words: string[]) => {
      const path = `PATH=${bin.dir}:/usr/bin:/bin`;
      const flags = shell === "bash" ? ["--norc"] : shell === "zsh" ? ["-f"] : ["--no-config"];
      const argv = [
        "env",
        "-C",
        folder.dir,
        path,
        "HOME=/nonexistent",
        shell,
        ...flags,
        "-c",
        script,
      ] as const;
      const given = shell === "fish" ? [words.join(" ")] : [shell, ...words];
      const done = await run({ argv: [...argv, ...given], timeoutMs: 60_000 });
      assert.equal(done.reason, "success", describe(done));
      return done.stdout.trim().split(/\s+/).sort();
    };
    assert.deepEqual(await complete("ex"), ["examples", "exec"], shell);
    assert.deepEqual(await complete("exec", "pc"), ["pc1", "pc2"], shell);
    assert.deepEqual(await complete("exec", "--name", name, "r"), ["r1", "rr"], shell);
    assert.deepEqual(await complete("exec", "pc1", "x"), [""], shell);
    assert.deepEqual(await complete("ps", "--name", `${other.slice(0, 8)}`), [name, other], shell);
    assert.deepEqual(await complete("restart", "pc1", "r"), ["r1"], shell);
    assert.deepEqual(await complete("detach", "r1", ""), ["B"], shell);
    assert.deepEqual(await complete("up", "--pa"), ["--patience"], shell);
    assert.deepEqual(await complete("install", "tool"), ["toolbox"], shell);
    assert.deepEqual(await complete("install", "traceroute"), ["traceroute", "traceroute6"], shell);
    assert.deepEqual(await complete("completions", "z"), ["zsh"], shell);
  }
  await runLab(name, "down");
  await runLab(other, "down");
});
