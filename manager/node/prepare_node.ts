// Makes a node ready for calls: locks, LAN namespace, plugin, launcher; leaves alone what is right.
import { run } from "../../shared/process/exec.ts";
import { updateFile } from "../../shared/files.ts";
import { ensureLanNetns } from "../../shared/lan/lan_netns.ts";
import { LAN_LOCKS, lock, lockFile, makeLockFile, NETNS_LOCK_FILE } from "../../shared/lan/lock.ts";
import { LAN_NETNS, RUN_DIR } from "../../shared/lan/paths.ts";
import { writeStartFiles } from "../frr/start_files.ts";
import type { Tell } from "../events/event.ts";
import type { Role, Settings } from "../settings.ts";
import { installFile } from "./install_file.ts";
import { PLUGIN_BINARY, renderLauncher } from "../calls/launcher.ts";
import { makeSlots } from "../calls/slots.ts";

const NETNS_LOCK_MS = 30_000;

/**
 * What `manager install` does, and what every start of a manager does again.
 * @param programDir where this program lies, the plugin beside it
 */
export async function prepareNode(
  role: Role,
  settings: Pick<Settings, "cniBinDir" | "launcher" | "nodeGrace">,
  programDir: string,
  tell: Tell,
): Promise<void> {
  if (role === "worker") await makeLockFiles();
  // One program at a time does this on a node: an init container may meet a manager that is
  // starting.
  using _alone = role === "worker"
    ? await lock(NETNS_LOCK_FILE, { make: true, timeoutMs: NETNS_LOCK_MS })
    : undefined;
  await writeStartFiles(role, settings);
  tell({ kind: "start-files-written", role });
  if (role !== "worker") return;
  await makeSlots();
  const netns = await ensureLanNetns(run, LAN_NETNS);
  tell({ kind: "lan-netns-ensured", path: LAN_NETNS, outcome: netns });
  const plugin = await installPlugin(settings, programDir);
  tell({ kind: "plugin-installed", dir: settings.cniBinDir, outcome: plugin });
}

async function makeLockFiles(): Promise<void> {
  await Deno.mkdir(RUN_DIR, { recursive: true, mode: 0o700 });
  await Deno.chmod(RUN_DIR, 0o700);
  for (let vni = 0; vni < LAN_LOCKS; vni++) await makeLockFile(lockFile(vni));
  await makeLockFile(NETNS_LOCK_FILE);
}

/** The binary goes first: a launcher never stands alone. */
async function installPlugin(
  { cniBinDir, launcher }: Pick<Settings, "cniBinDir" | "launcher">,
  programDir: string,
): Promise<string> {
  const plugin = `${cniBinDir}/megalos`;
  if (launcher === "off") return await installFile(`${programDir}/megalos`, plugin);
  const binary = await installFile(`${programDir}/megalos`, `${cniBinDir}/${PLUGIN_BINARY}`);
  const text = `${RUN_DIR}/launcher`;
  await updateFile(text, renderLauncher(), 0o755);
  return `${binary}, launcher ${await installFile(text, plugin)}`;
}
