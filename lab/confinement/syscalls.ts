// The numbers of the system calls that no device may make, on each architecture.

/** What seccomp(2) needs to know of an architecture. */
export interface SyscallTable {
  /** The name that linux/audit.h gives the architecture, as a number. */
  readonly audit: number;
  /** Calls from this number on belong to another ABI and are refused. */
  readonly foreign?: number;
  readonly prctl: number;
  readonly mount: number;
  readonly setns: number;
  readonly statfs: number;
  readonly clone: number;
  readonly clone3: number;
  readonly unshare: number;
  readonly ioctl: number;
  /** Calls that are refused whatever their arguments are. */
  readonly refused: Readonly<Record<string, number>>;
}

/** Calls that have the same number on every architecture. */
const COMMON = {
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
  quotactl_fd: 443,
};

export const SYSCALLS: Readonly<Record<"amd64" | "arm64", SyscallTable>> = {
  amd64: {
    audit: 0xc000003e,
    foreign: 0x40000000,
    prctl: 157,
    mount: 165,
    setns: 308,
    statfs: 137,
    clone: 56,
    clone3: 435,
    unshare: 272,
    ioctl: 16,
    refused: {
      ...COMMON,
      syslog: 103,
      uselib: 134,
      _sysctl: 156,
      acct: 163,
      settimeofday: 164,
      swapon: 167,
      swapoff: 168,
      reboot: 169,
      iopl: 172,
      ioperm: 173,
      init_module: 175,
      delete_module: 176,
      quotactl: 179,
      nfsservctl: 180,
      lookup_dcookie: 212,
      clock_settime: 227,
      kexec_load: 246,
      add_key: 248,
      request_key: 249,
      keyctl: 250,
      perf_event_open: 298,
      open_by_handle_at: 304,
      finit_module: 313,
      kexec_file_load: 320,
      bpf: 321,
      userfaultfd: 323,
    },
  },
  arm64: {
    audit: 0xc00000b7,
    prctl: 167,
    mount: 40,
    setns: 268,
    statfs: 43,
    clone: 220,
    clone3: 435,
    unshare: 97,
    ioctl: 29,
    refused: {
      ...COMMON,
      lookup_dcookie: 18,
      nfsservctl: 42,
      quotactl: 60,
      acct: 89,
      kexec_load: 104,
      init_module: 105,
      delete_module: 106,
      clock_settime: 112,
      syslog: 116,
      reboot: 142,
      settimeofday: 170,
      add_key: 217,
      request_key: 218,
      keyctl: 219,
      swapon: 224,
      swapoff: 225,
      perf_event_open: 241,
      open_by_handle_at: 265,
      finit_module: 273,
      bpf: 280,
      userfaultfd: 282,
      kexec_file_load: 294,
    },
  },
};
