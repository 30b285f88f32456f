// The numbers of system calls on each architecture, for filters and for scripts.

/** Calls that have the same number on every architecture. */
const COMMON = {
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  fspick: 433,
  clone3: 435,
  pidfd_getfd: 438,
  process_madvise: 440,
  mount_setattr: 442,
  quotactl_fd: 443,
  open_tree_attr: 467,
} as const;

/** Calls that every architecture has, under numbers of its own. */
const ARM64 = {
  ...COMMON,
  lookup_dcookie: 18,
  ioctl: 29,
  umount2: 39,
  mount: 40,
  pivot_root: 41,
  nfsservctl: 42,
  statfs: 43,
  chroot: 51,
  vhangup: 58,
  quotactl: 60,
  acct: 89,
  personality: 92,
  unshare: 97,
  kexec_load: 104,
  init_module: 105,
  delete_module: 106,
  clock_settime: 112,
  syslog: 116,
  ptrace: 117,
  reboot: 142,
  sethostname: 161,
  setdomainname: 162,
  prctl: 167,
  settimeofday: 170,
  adjtimex: 171,
  socket: 198,
  add_key: 217,
  request_key: 218,
  keyctl: 219,
  clone: 220,
  swapon: 224,
  swapoff: 225,
  perf_event_open: 241,
  fanotify_init: 262,
  name_to_handle_at: 264,
  open_by_handle_at: 265,
  clock_adjtime: 266,
  setns: 268,
  process_vm_readv: 270,
  process_vm_writev: 271,
  kcmp: 272,
  finit_module: 273,
  bpf: 280,
  userfaultfd: 282,
  kexec_file_load: 294,
} as const;

/** Calls that amd64 alone has. */
const AMD64_ALONE = {
  uselib: 134,
  modify_ldt: 154,
  _sysctl: 156,
  iopl: 172,
  ioperm: 173,
} as const;

const AMD64: Record<keyof typeof ARM64, number> & typeof AMD64_ALONE = {
  ...COMMON,
  ...AMD64_ALONE,
  ioctl: 16,
  socket: 41,
  clone: 56,
  ptrace: 101,
  syslog: 103,
  personality: 135,
  statfs: 137,
  vhangup: 153,
  pivot_root: 155,
  prctl: 157,
  adjtimex: 159,
  chroot: 161,
  acct: 163,
  settimeofday: 164,
  mount: 165,
  umount2: 166,
  swapon: 167,
  swapoff: 168,
  reboot: 169,
  sethostname: 170,
  setdomainname: 171,
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
  unshare: 272,
  perf_event_open: 298,
  fanotify_init: 300,
  name_to_handle_at: 303,
  open_by_handle_at: 304,
  clock_adjtime: 305,
  setns: 308,
  process_vm_readv: 310,
  process_vm_writev: 311,
  kcmp: 312,
  finit_module: 313,
  kexec_file_load: 320,
  bpf: 321,
  userfaultfd: 323,
};

/** A call that every architecture has, or amd64 alone. */
export type Syscall = keyof typeof ARM64 | keyof typeof AMD64_ALONE;

/** What seccomp(2) needs to know of an architecture. */
export interface SyscallTable {
  /** The name that linux/audit.h gives the architecture, as a number. */
  readonly audit: number;
  /** Calls from this number on belong to another ABI. */
  readonly foreign?: number;
  readonly numbers:
    & Readonly<Record<keyof typeof ARM64, number>>
    & Readonly<Partial<Record<Syscall, number>>>;
}

export const SYSCALLS: Readonly<Record<typeof Deno.build.arch, SyscallTable>> = {
  x86_64: { audit: 0xc000003e, foreign: 0x40000000, numbers: AMD64 },
  aarch64: { audit: 0xc00000b7, numbers: ARM64 },
};

/** The table of this machine. */
export const HOST_SYSCALLS = SYSCALLS[Deno.build.arch];
