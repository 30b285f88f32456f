// The built programs: each runs on its architecture, answers exactly, and keeps no code in /tmp.
import assert from "node:assert/strict";
import { RUNTIME, VERSION } from "../shared/version.ts";
import { type Arch, ARCH_NAMES, HOST_ARCH, readArch } from "../tools/arch.ts";
import { assertAnswers, NOTICES, programPath } from "../tools/build.ts";
import { missingPackages } from "../tools/debian.ts";
import { arm64Packages } from "../tools/packages.ts";
import { PROGRAM_NAMES } from "../tools/permissions.ts";

/** CNI 1.1.0, VERSION, byte for byte but for white space around it. */
const PLUGIN_VERSIONS =
  `{"cniVersion":"1.1.0","supportedVersions":["0.1.0","0.2.0","0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]}`;

/** What starts a program of an architecture on this machine, or why nothing does. */
async function findEmulator(arch: Arch): Promise<readonly string[] | { reason: string }> {
  if (arch === HOST_ARCH) return [];
  if (arch === "amd64") return { reason: "amd64 programs are not emulated" };
  const missing = await missingPackages(arm64Packages);
  if (missing.length > 0) return { reason: `${missing.join(", ")} not installed` };
  return ["qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu"];
}

for (const arch of ARCH_NAMES) {
  const emulator = await findEmulator(arch);
  const reason = "reason" in emulator ? emulator.reason : undefined;
  const argv = "reason" in emulator ? [] : emulator;
  for (const name of PROGRAM_NAMES) {
    const path = programPath(name, arch);
    Deno.test({
      name: `${arch}: ${name} says its version${reason ? ` (cannot run: ${reason})` : ""}`,
      ignore: reason !== undefined,
      async fn() {
        assert.equal(await readArch(path), arch);
        const answer = (await assertAnswers(name, path, argv)).trim();
        if (name === "megalos") assert.equal(answer, PLUGIN_VERSIONS);
        else assert.match(answer, new RegExp(`${RegExp.escape(VERSION)}.*Deno .*, compiled`));
      },
    });
  }
}

Deno.test("the licences of all libraries that are in the programs are beside them", async () => {
  const text = await Deno.readTextFile(NOTICES);
  for (const name of ["commander", "cytoscape", "hono", "layout-base", "prom-client", "zod"]) {
    const [, after = ""] = text.split(new RegExp(`^${name} \\d.*\\n=+\\n`, "m"));
    assert.match(after.slice(0, 3_000), /licen[cs]e|permission is hereby granted/i, name);
  }
  assert.ok(!text.includes("fast-check"), "no program has what only tests have");
});

Deno.test("from source, the version says so", () => {
  assert.equal(RUNTIME, `Deno ${Deno.version.deno}, from source`);
});

for (const name of PROGRAM_NAMES) {
  // With a code cache, Deno runs what it finds in a file of a predictable name in /tmp.
  Deno.test(`${name} keeps no code cache`, async () => {
    const tmp = await Deno.makeTempDir();
    try {
      await assertAnswers(name, programPath(name, HOST_ARCH), ["env", `TMPDIR=${tmp}`]);
      assert.deepEqual(Array.from(Deno.readDirSync(tmp), ({ name }) => name), []);
    } finally {
      await Deno.remove(tmp, { recursive: true });
    }
  });
}
