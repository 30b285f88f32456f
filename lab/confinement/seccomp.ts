// The filter of system calls (seccomp(2)) that all processes of devices run under.
import {
  EPERM,
  ifEqual,
  type Instruction,
  loadArgument,
  planFilter,
  refuse,
  refuseNew,
} from "../../shared/seccomp/filter.ts";
import type { SyscallTable } from "../../shared/seccomp/syscalls.ts";

/**
 * Requests of ioctl(2) that put words into the user's own terminal, where `lab exec` runs on it.
 */
const TERMINAL_REQUESTS = [0x5412, 0x541c];

/** Plans the filter of a device. */
export function planDeviceFilter(table: SyscallTable): Instruction[] {
  // In one of those a process would get more than its device has.
  const noNamespaces = refuseNew(["user", "cgroup"]);
  return planFilter(table, [], {
    clone: noNamespaces,
    unshare: noNamespaces,
    ioctl: [
      loadArgument(1),
      ...TERMINAL_REQUESTS.flatMap((request) => ifEqual(request, [refuse(EPERM)])),
    ],
  });
}
