// The filter of system calls (seccomp(2)) that all processes of devices run under.
import {
  EPERM,
  ifAnyBit,
  ifEqual,
  type Instruction,
  loadArgument,
  NEW_NAMESPACE,
  planFilter,
  refuse,
} from "../../shared/seccomp/filter.ts";
import type { Syscall, SyscallTable } from "../../shared/seccomp/syscalls.ts";

/** What no lab needs: whole parts of the kernel, and what is the machine's and not a device's. */
const REFUSED: readonly Syscall[] = [
  "_sysctl",
  "acct",
  "add_key",
  "bpf",
  "clock_settime",
  "delete_module",
  "finit_module",
  "init_module",
  "io_uring_enter",
  "io_uring_register",
  "io_uring_setup",
  "ioperm",
  "iopl",
  "kexec_file_load",
  "kexec_load",
  "keyctl",
  "lookup_dcookie",
  "nfsservctl",
  "open_by_handle_at",
  "perf_event_open",
  "quotactl",
  "quotactl_fd",
  "reboot",
  "request_key",
  "settimeofday",
  "swapoff",
  "swapon",
  "syslog",
  "uselib",
  "userfaultfd",
];
/** In one of those a process would get more than its device has. */
const NEW_NAMESPACES = NEW_NAMESPACE.user | NEW_NAMESPACE.cgroup;
/**
 * Requests of ioctl(2) that put words into the user's own terminal, where `lab exec` runs on it.
 */
const TERMINAL_REQUESTS = [0x5412, 0x541c];

/** Plans the filter of a device. */
export function planDeviceFilter(table: SyscallTable): Instruction[] {
  const noNamespaces = [loadArgument(0), ...ifAnyBit(NEW_NAMESPACES, [refuse(EPERM)])];
  return planFilter(table, REFUSED, {
    clone: noNamespaces,
    unshare: noNamespaces,
    ioctl: [
      loadArgument(1),
      ...TERMINAL_REQUESTS.flatMap((request) => ifEqual(request, [refuse(EPERM)])),
    ],
  });
}
