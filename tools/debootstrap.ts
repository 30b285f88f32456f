// Makes a Debian's file system in a folder, from where debootstrap finds Debian.
import { exists } from "../shared/files.ts";
import { run } from "../shared/process/exec.ts";
import type { Arch } from "./arch.ts";
import { downloadEnv, must, type ToolContext } from "./checkout.ts";
import { ensurePackages, SERVICE_POLICY } from "./debian.ts";

const SCRIPTS = "/usr/share/debootstrap/scripts";
/** Where processors are emulated, on a slow line, all this takes long. */
const TIMEOUT_MS = 2 * 60 * 60_000;
/** Tells the scripts of packages that no service may be started (invoke-rc.d(8)). */
const HOLD_SERVICES = "#!/bin/sh\nexit 101\n";

/**
 * Makes the smallest Debian, in about a minute. Throws when it fails, or when this is not root on
 * Debian.
 */
export async function debootstrap(
  suite: string,
  arch: Arch,
  root: string,
  context: ToolContext,
): Promise<void> {
  await ensurePackages(["debootstrap"], context);
  await removeTree(root);
  await Deno.mkdir(root, { recursive: true });
  // A suite that is younger than this debootstrap is made as sid is. Where no mirror is given,
  // debootstrap takes its own.
  const isKnown = await exists(`${SCRIPTS}/${suite}`);
  // deno-fmt-ignore
  await must(`make a Debian ${suite} for ${arch}`, {
    argv: ["debootstrap", "--variant=minbase", `--arch=${arch}`, suite, root, "",
      `${SCRIPTS}/${isKnown ? suite : "sid"}`],
    env: downloadEnv(context),
    timeoutMs: TIMEOUT_MS,
  }, context);
  await Deno.writeTextFile(`${root}/etc/apt/apt.conf.d/99build`, await readAptSettings());
}

/**
 * Installs packages in such a Debian of this machine's architecture. debootstrap itself knows no
 * virtual packages. No service is started: it would have this machine's network.
 */
export async function installIn(
  root: string,
  packages: readonly string[],
  context: ToolContext,
): Promise<void> {
  // Scripts of packages want /proc, and what they start is to end with them.
  // deno-fmt-ignore
  const apt = ["unshare", "--mount", "--pid", "--fork", "--kill-child", `--mount-proc=${root}/proc`,
    "chroot", root, "apt-get", "--quiet", "--assume-yes"] as const;
  const env = downloadEnv(context, { DEBIAN_FRONTEND: "noninteractive" });
  const apply = (purpose: string, ...words: string[]) =>
    must(`${purpose} ${root}`, { argv: [...apt, ...words], env, timeoutMs: TIMEOUT_MS }, context);
  const policy = `${root}${SERVICE_POLICY}`;
  await Deno.writeTextFile(policy, HOLD_SERVICES, { mode: 0o755 });
  await apply("list the packages for", "update");
  await apply("install packages in", "install", "--no-install-recommends", ...packages);
  await Deno.remove(policy);
}

/**
 * Removes a Debian by its owner's tools: debootstrap leaves no mounts behind, but it leaves files
 * that only their owner may remove.
 */
export async function removeTree(path: string): Promise<void> {
  await must(`remove ${path}`, {
    argv: ["rm", "--recursive", "--force", "--one-file-system", path],
  });
}

/** How this machine gets its packages, such as by a proxy. */
async function readAptSettings(): Promise<string> {
  const names = ["http", "https", "Check-Valid-Until", "Check-Date"].map((key) =>
    `Acquire::${key}`
  );
  const { stdout } = await run({ argv: ["apt-config", "dump", ...names] });
  return stdout;
}
