// Confines what is about to enter a device: its cgroup, its filter of system calls.
import { encodeFilter } from "../../shared/seccomp/filter.ts";
import { HOST_SYSCALLS } from "../../shared/seccomp/syscalls.ts";
import confineScript from "./confine.pl" with { type: "text" };
import { planDeviceFilter } from "./seccomp.ts";

const FILTER = encodeFilter(planDeviceFilter(HOST_SYSCALLS));

/** What this machine can confine devices with. */
export interface Confinement {
  /** Whether the machine's kernel filters system calls. */
  readonly seccomp: boolean;
  /** Files that move a process into the device's cgroups. */
  readonly procs: readonly string[];
}

/** The beginning of a command line that is confined before it starts. */
export function confine({ seccomp, procs }: Confinement): [string, ...string[]] {
  const { prctl } = HOST_SYSCALLS.numbers;
  return ["perl", "-e", confineScript, `${prctl}`, seccomp ? FILTER : "", ...procs, "--"];
}
