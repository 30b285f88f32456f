// Opens a session of tmux(1) with a window for each device of a lab that is up.
import { describe } from "../../shared/process/command.ts";
import { attend, run } from "../../shared/process/exec.ts";
import type { FoundLab } from "../running/find.ts";
import type { Terminal } from "./terminal.ts";

/** Variables by which tmux(1) finds its server and sets up its windows. */
const VARIABLES = ["HOME", "PATH", "TMUX", "TMUX_TMPDIR"] as const;

/** Throws where there is no tmux. */
export async function requireTmux({ self }: Pick<Terminal, "self">): Promise<void> {
  const found = await run({ argv: ["tmux", "-V"] });
  if (found.reason === "success") return;
  throw new Error(
    `Cannot open windows: tmux is not installed; \`${self} install tmux\` installs it`,
  );
}

/**
 * Opens the windows where the session does not exist yet, and shows the session on the caller's
 * terminal until the caller leaves it. Without a terminal this says how to get there.
 */
export async function openWindows(
  { name, record }: FoundLab,
  { env, isInteractive, selfAnywhere, warn }: Terminal,
): Promise<void> {
  const variables = Object.fromEntries(
    VARIABLES.flatMap((key) => env[key] === undefined ? [] : [[key, env[key]]]),
  );
  const tmux = async (...words: string[]) =>
    await run({ argv: ["tmux", "-u", ...words], env: variables });
  const session = `lab-${name}`;
  const isThere = (await tmux("has-session", "-t", `=${session}`)).reason === "success";
  for (const [at, device] of isThere ? [] : record.devices.entries()) {
    const open = at === 0 ? ["new-session", "-d", "-s"] : ["new-window", "-d", "-t"];
    const target = at === 0 ? session : `=${session}:`;
    const shell = ["sh", "-c", `${selfAnywhere} connect --name "$1" "$2"`, "sh"];
    const done = await tmux(...open, target, "-n", device.name, ...shell, name, device.name);
    if (done.reason !== "success") {
      throw new Error(
        `Cannot open a window for ${device.name}: ${
          describe({ ...done, argv: ["tmux", ...open] })
        }`,
      );
    }
  }
  const show = env.TMUX === undefined ? "attach-session" : "switch-client";
  if (!isInteractive) return warn(`Its windows: tmux ${show} -t ${session}`);
  const TERM = env.TERM ?? "dumb";
  await attend({ argv: ["tmux", "-u", show, "-t", `=${session}`], env: { TERM, ...variables } });
}
