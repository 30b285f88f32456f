// The permission table never allows everything, and no program by a bare name.
import assert from "node:assert/strict";
import { isAbsolute } from "node:path";
import { permissionFlags, PROGRAM_NAMES, PROGRAMS } from "./permissions.ts";

for (const name of PROGRAM_NAMES) {
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

Deno.test("what is not listed gives no flag, as a flag without a value allows everything", () => {
  const nothing = { run: [], read: [], write: [], env: [], net: [], sys: [] };
  assert.deepEqual(permissionFlags(nothing), ["--no-prompt", "--deny-import"]);
});
