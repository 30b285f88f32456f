// The way into a running device: how any command is run in it.
import type { Argv } from "../../shared/process/command.ts";
import { WITH_CAPABILITIES } from "../confinement/capabilities.ts";
import { confine, type Confinement } from "../confinement/confine.ts";
import { enter, type Machine } from "../machines/machine.ts";

export interface Entry {
  /** The beginning of a command line. */
  readonly argv: Argv;
  readonly env: Readonly<Record<string, string>>;
}

/** What shapes a device's processes. */
export interface ProcessSettings {
  readonly confinement: Confinement;
  /** Variables of lab.conf's `env`. */
  readonly env: Readonly<Record<string, string>>;
  /** Options of prlimit(1). */
  readonly limits: readonly string[];
}

/** The environment that a container of Kathara's has. */
const ENV = {
  HOME: "/root",
  LANG: "C.UTF-8",
  LC_ALL: "C.UTF-8",
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  USER: "root",
};

/**
 * The beginning of a command line that Ctrl-Z does not stop. What this command line runs may be
 * {@link STOPPABLE} again.
 */
export const UNSTOPPABLE = ["env", "--ignore-signal=TSTP"] as const;

/**
 * nsenter(1) stops itself when its child has stopped. Where Ctrl-Z also stops nsenter directly,
 * nsenter may still take its child for stopped after both go on, and then stops for ever.
 */
export const STOPPABLE = ["env", "--default-signal=TSTP"] as const;

/** A device's own namespaces: those of its processes, and the user namespace that owns them. */
const NAMESPACES = ["--user", "--mount", "--net", "--uts", "--ipc", "--pid"] as const;

/**
 * Leads into the device whose PID 1 has this number on its node. The process is confined and
 * limited while it still has the machine's rights, then enters the node, then the device. The lab's
 * own variables are set last, because they must not reach a program that runs with the machine's
 * rights.
 */
export function entryOf(
  node: Pick<Machine, "pid">,
  pid: number,
  { confinement, env, limits }: ProcessSettings,
): Entry {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const argv: Argv = [
    ...UNSTOPPABLE,
    ...confine(confinement),
    ...(limits.length === 0 ? [] : ["prlimit", ...limits]),
    ...enter(node.pid),
    ...["nsenter", `--target=${pid}`, ...NAMESPACES, "--"],
    ...WITH_CAPABILITIES,
    ...STOPPABLE,
    ...variables,
  ];
  return { argv, env: ENV };
}
