// The house rules find what they are meant to find, and only that.
import assert from "node:assert/strict";
import plugin from "./lint_plugin.ts";

const cases: [file: string, code: string, rule: string | undefined][] = [
  ["/a/cni/add.ts", `new Deno.Command("ip");`, "spawn-in-exec-only"],
  ["/a/cni/add.ts", `new Deno["Command"]("ip");`, "spawn-in-exec-only"],
  ["/a/cni/add.ts", `new globalThis.Deno.Command("ip");`, "spawn-in-exec-only"],
  ["/a/cni/main.ts", `new Deno.Command("ip");`, "spawn-in-exec-only"],
  ["/a/cni/add.ts", `import { spawn } from "node:child_process";`, "spawn-in-exec-only"],
  ["/a/shared/process/exec.ts", `new Deno.Command("/usr/sbin/ip");`, undefined],
  ["/a/cni/add.ts", `Deno.exit(1);`, "process-in-main-only"],
  ["/a/cni/add.ts", `Deno.exitCode = 1;`, "process-in-main-only"],
  ["/a/cni/add_test.ts", `Deno.env.get("HOME");`, "process-in-main-only"],
  ["/a/cni/add.ts", `console.log(Deno.args, 1);`, "process-in-main-only"],
  ["/a/cni/add.ts", `import process from "node:process";`, "process-in-main-only"],
  ["/a/cni/main.ts", `Deno.exit(Deno.args.length);`, undefined],
  ["/a/cni/add.ts", `const { exit } = Deno;`, "deno-by-its-name"],
  ["/a/cni/add.ts", `await Deno.readTextFile("/run/x"); request.env.get("A");`, undefined],
  ["/a/other/x.ts", `const a = 1; // ${"x".repeat(84)}`, undefined],
  ["/a/lab/x.ts", `const a = 1; // ${"x".repeat(85)}`, "narrow-comments"],
  ["/a/other/x.ts", `/**\n * ${"x".repeat(98)}\n */`, "narrow-comments"],
  ["/a/other/x.ts", `// https://example.org/${"x".repeat(98)}`, undefined],
  ["/a/other/x.ts", `const a = "${"x".repeat(98)}";\n// short`, undefined],
];

for (const [file, code, rule] of cases) {
  Deno.test(`${file}: ${code} ${rule === undefined ? "is fine" : `breaks ${rule}`}`, () => {
    const found = Deno.lint.runPlugin(plugin, file, `// Says what this file is for.\n${code}`);
    assert.deepEqual(found.map(({ id }) => id), rule === undefined ? [] : [`house/${rule}`]);
  });
}

for (const code of ["", "export {};", "/* a block */\n", "// no end\nexport {};", "//\n"]) {
  Deno.test(`a file that begins with ${JSON.stringify(code)} does not say what it is for`, () => {
    const found = Deno.lint.runPlugin(plugin, "/a/cni/add.ts", code);
    assert.deepEqual(found.map(({ id }) => id), ["house/first-line-says-what"]);
  });
}
