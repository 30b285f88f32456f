// Which control groups a machine has, as far as that is told.
import assert from "node:assert/strict";
import { type Run, run } from "../../shared/process/exec.ts";
import { observeHierarchies } from "./make_cgroups.ts";

Deno.test("a cat that was killed does not say that there are no control groups", async () => {
  const killed: Run = (command) => run({ ...command, argv: ["sh", "-c", "kill -KILL $$"] });
  await assert.rejects(
    observeHierarchies(killed),
    /^FaultError: Cannot find this machine's control groups: .* was ended by SIGKILL$/,
  );
});
