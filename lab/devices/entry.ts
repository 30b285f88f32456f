// The way into a running device: how any command is run in it.
import { enter, type Machine } from "../machines/machine.ts";

type Argv = [string, ...string[]];

export interface Entry {
  /** The beginning of a command line. */
  readonly argv: Argv;
  readonly env: Readonly<Record<string, string>>;
}

/** What of a device shapes its processes. */
export interface ProcessSettings {
  /** Of lab.conf's `env`. */
  readonly env: Readonly<Record<string, string>>;
  /** Options of prlimit(1). */
  readonly limits: readonly string[];
}

/** What a container of Kathara's has. */
const ENV = {
  HOME: "/root",
  LANG: "C.UTF-8",
  LC_ALL: "C.UTF-8",
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  USER: "root",
};

/** Leads into a device whose PID 1 has this number on its node: first into the node, then on. */
export function entryOf(
  node: Pick<Machine, "pid">,
  pid: number,
  { env, limits }: ProcessSettings,
): Entry {
  const prlimit = limits.length === 0 ? [] : ["prlimit", ...limits];
  return { argv: [...enter(node.pid), ...enter(pid), ...prlimit], env: { ...ENV, ...env } };
}
