// The powers that are taken away are those of the manifest and of the table of permissions.
import assert from "node:assert/strict";
import { capabilitiesOf, CONTAINERS, mountsOf, ROLES } from "./manifest.ts";
import { VOLUMES } from "./container.ts";
import { describeHolder, listPowers, reasonFor, REASONS, without } from "./powers.ts";

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

Deno.test("mounts are read from the manifest", () => {
  assert.deepEqual(mountsOf("worker", "install")[2], {
    ...{ volume: "run-netns", path: "/run/netns", isReadOnly: false, propagation: "Bidirectional" },
  });
  const bgp = mountsOf("route-reflector", "manager").find(({ volume }) => volume === "bgp");
  assert.deepEqual(bgp, {
    ...{ volume: "bgp", path: "/etc/megalos/bgp", isReadOnly: true, propagation: "None" },
  });
  for (const role of ROLES) {
    for (const container of CONTAINERS) {
      const mounts = mountsOf(role, container);
      assert.ok(mounts.length > 0, `${role}, ${container}`);
      assert.ok(mounts.every(({ volume }) => Object.hasOwn(VOLUMES, volume)));
    }
  }
});

Deno.test("each reason is that of a power", () => {
  const explained = listPowers().filter((power) => reasonFor(power) !== undefined);
  assert.equal(explained.length, Object.keys(REASONS).length);
});
