// Confines what is about to enter a device: its cgroup, its filter of system calls.
import { HOST_ARCH } from "../../tools/arch.ts";
import { encodeFilter, planFilter } from "./seccomp.ts";
import confineScript from "./confine.pl" with { type: "text" };
import { SYSCALLS } from "./syscalls.ts";

const TABLE = SYSCALLS[HOST_ARCH];
const FILTER = encodeFilter(planFilter(TABLE));

/** What this machine can confine devices with. */
export interface Confinement {
  /** Whether the machine's kernel filters system calls. */
  readonly seccomp: boolean;
  /** Files that move a process into the device's cgroups. */
  readonly procs: readonly string[];
}

/** The beginning of a command line that is confined before it starts. */
export function confine({ seccomp, procs }: Confinement): [string, ...string[]] {
  return ["perl", "-e", confineScript, `${TABLE.prctl}`, seccomp ? FILTER : "", ...procs, "--"];
}
