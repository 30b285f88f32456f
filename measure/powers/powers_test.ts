// The powers that are taken away are those of the manifest and of the table of permissions.
import assert from "node:assert/strict";
import { capabilitiesOf, describeHolder, listPowers, without } from "./powers.ts";

Deno.test("capabilities are read from the manifest", () => {
  assert.deepEqual(capabilitiesOf("worker", "manager"), ["NET_ADMIN", "SYS_ADMIN", "DAC_OVERRIDE"]);
  assert.deepEqual(capabilitiesOf("route-reflector", "manager"), ["DAC_OVERRIDE"]);
  for (const role of ["worker", "route-reflector"] as const) {
    assert.ok(capabilitiesOf(role, "frr").includes("KILL"), `${capabilitiesOf(role, "frr")}`);
  }
});

Deno.test("a permission is taken away alone", () => {
  const powers = listPowers();
  const ip = powers.find(({ holder, kind, name }) =>
    describeHolder(holder) === "manager" && kind === "run" && name === "ip"
  );
  assert.ok(ip);
  const rest = without(ip);
  assert.ok(!rest.run.includes("ip") && rest.run.includes("nsenter"));
  assert.ok(rest.read.length > 0);
});
