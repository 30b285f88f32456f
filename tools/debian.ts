// Installs the Debian packages that are missing, or says which they are.
import { exists } from "../shared/files.ts";
import { run } from "../shared/process/exec.ts";
import { during } from "./progress.ts";
import { downloadEnv, must, TOOL_TIMEOUT_MS, type ToolContext } from "./checkout.ts";

/**
 * Makes sure that packages are installed.
 * Throws one error that names the missing ones, and the command for them, when they cannot be.
 */
export async function ensurePackages(
  names: readonly string[],
  context: ToolContext,
): Promise<void> {
  const missing = await missingPackages(names);
  if (missing.length === 0) return;
  if (Deno.uid() !== 0 || !(await exists("/usr/bin/apt-get"))) {
    throw new Error(
      `Cannot go on: ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} not installed. ` +
        `As root on Debian: apt-get update && apt-get install -y ${missing.join(" ")}`,
    );
  }
  context.log(`Installing Debian packages: ${missing.join(" ")}`);
  const env = downloadEnv(context, { DEBIAN_FRONTEND: "noninteractive" });
  // One unreachable source is no failure yet: the others may have everything.
  const update = { argv: [...APT, "update"] as const, env, timeoutMs: TOOL_TIMEOUT_MS };
  await during("list Debian's packages", context.log, (heard) => run({ ...update, heard }));
  const argv = [...APT, "install", "-y", "--no-install-recommends", ...missing] as const;
  await withServicesHeld(() => must("install Debian packages", { argv, env }, context));
}

/** Someone else's apt-get, such as unattended-upgrades, is waited for. */
const APT = ["apt-get", "-o", "DPkg::Lock::Timeout=300"] as const;

/** The packages among `names` that are not installed. */
export async function missingPackages(names: readonly string[]): Promise<string[]> {
  // dpkg-query ends with 1 when a name is unknown to it, and answers for the others all the same.
  const answer = await run({
    argv: ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Abbrev}\n", ...names],
  });
  return selectMissing(names, answer.stdout);
}

/** Reads dpkg-query's lines: a name and a status, "ii" being wanted and installed, "rc" removed. */
export function selectMissing(names: readonly string[], dpkgLines: string): string[] {
  const installed = new Set(
    dpkgLines.split("\n").map((line) => line.split(" ")).filter(([, status]) => status === "ii")
      .map(([name]) => name),
  );
  return names.filter((name) => !installed.has(name));
}

/** The program that says which services may be started (invoke-rc.d(8)). */
export const SERVICE_POLICY = "/usr/sbin/policy-rc.d";

/**
 * Keeps packages from starting their services: frr's would run in the host's own network namespace.
 * The guard (invoke-rc.d(8)) holds only while this process lives: one that is left behind by a
 * kill does no harm.
 */
async function withServicesHeld<T>(install: () => Promise<T>): Promise<T> {
  const guard = `#!/bin/sh\n[ -d /proc/${Deno.pid} ] && exit 101\nexit 0\n`;
  try {
    await Deno.writeTextFile(SERVICE_POLICY, guard, { createNew: true });
    await Deno.chmod(SERVICE_POLICY, 0o755);
  } catch (error) {
    // The machine has a policy of its own: container images hold all services.
    if (error instanceof Deno.errors.AlreadyExists) return await install();
    throw error;
  }
  try {
    return await install();
  } finally {
    await Deno.remove(SERVICE_POLICY);
  }
}
