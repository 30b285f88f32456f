// The programs' second form: for one command, this Deno runs them in place of the compiled ones.
import assert from "node:assert/strict";
import { run } from "../shared/process/exec.ts";
import { VERSION } from "../shared/version.ts";
import { HOST_ARCH } from "../tools/arch.ts";
import { programPath } from "../tools/build.ts";
import { makeDenoRun, withDenoRun } from "../tools/deno_run.ts";
import { testAsRoot } from "./fixture/privileged.ts";

testAsRoot("under withDenoRun, and only there, this Deno runs the programs", async () => {
  await makeDenoRun({ env: {}, log: () => {} });
  const manager = ["env", "-i", programPath("manager", HOST_ARCH), "--version"] as const;
  const under = await run({ argv: withDenoRun([...manager]) });
  assert.match(under.stdout, new RegExp(`${VERSION}.*Deno ${Deno.version.deno}, from source`));
  const plugin = ["env", "-i", programPath("megalos", HOST_ARCH)] as const;
  assert.match(
    (await run({ argv: withDenoRun([...plugin]) })).stderr,
    new RegExp(`Deno ${Deno.version.deno}, from source`),
  );
  assert.match((await run({ argv: manager })).stdout, /, compiled/);
});
