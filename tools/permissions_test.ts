// The permission table never allows everything, and it names no program without its path.
import assert from "node:assert/strict";
import { isAbsolute } from "node:path";
import { NODE_PROGRAMS, permissionFlags, PROGRAMS } from "./permissions.ts";

for (const name of NODE_PROGRAMS) {
  Deno.test(`${name} is allowed listed things only, programs and files by absolute path`, () => {
    const flags = permissionFlags(PROGRAMS[name].may);
    for (const flag of flags.filter((flag) => flag.startsWith("--allow-"))) {
      assert.match(flag, /^--allow-(run|read|write|env|net|sys)=[^,]/, flag);
      assert.doesNotMatch(flag, /[=,](\*|\/)?(,|$)/, `${flag} allows everything`);
    }
    for (const kind of ["run", "read", "write"]) {
      const paths = flags.find((flag) => flag.startsWith(`--allow-${kind}=`))?.split("=")[1];
      for (const path of paths?.split(",") ?? []) assert.ok(isAbsolute(path), `${kind} ${path}`);
    }
  });
}

Deno.test("lab is allowed listed programs and variables only, and of the network loopback alone", () => {
  const flags = permissionFlags(PROGRAMS.lab.may);
  const kinds = flags.flatMap((flag) => /^--allow-(\w+)/.exec(flag)?.[1] ?? []);
  // Folders of labs may be anywhere.
  assert.deepEqual(kinds, ["run", "read", "write", "env", "net", "sys"]);
  // `lab map` listens for a browser of this machine.
  assert.ok(flags.includes("--allow-net=127.0.0.1"), `${flags}`);
  const programs = flags.find((flag) => flag.startsWith("--allow-run="))?.split("=")[1] ?? "";
  for (const path of programs.split(",")) assert.ok(isAbsolute(path), `run ${path}`);
});

Deno.test("what is not listed gives no flag, as a flag without a value allows everything", () => {
  const nothing = { run: [], read: [], write: [], env: [], net: [], sys: [] };
  assert.deepEqual(permissionFlags(nothing), ["--no-prompt", "--deny-import"]);
});
