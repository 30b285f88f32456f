// Filters of system calls (seccomp(2)) as classic BPF, and what all of them begin with.
import type { Syscall, SyscallTable } from "./syscalls.ts";

/**
 * An instruction, as linux/filter.h has it: a code, the jumps for a condition that holds and for
 * one that does not, and an operand.
 */
export type Instruction = readonly [code: number, jt: number, jf: number, k: number];

/** Offsets in struct seccomp_data. Those of arguments lead to their lower halves. */
const NUMBER = 0;
const ARCHITECTURE = 4;
const ARGUMENTS = [16, 24] as const;

export const ALLOW: Instruction = end(0x7fff0000);

/** The errors of errno(3) that a filter answers with. */
export const EPERM = 1;
export const ENOSYS = 38;
export const EAFNOSUPPORT = 97;

/** What every filter refuses: whole parts of the kernel, and what is the machine's alone. */
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

/** Flags of clone(2) and unshare(2), and kinds of setns(2). */
export const NEW_NAMESPACE = {
  mount: 0x00020000,
  cgroup: 0x02000000,
  uts: 0x04000000,
  ipc: 0x08000000,
  user: 0x10000000,
  pid: 0x20000000,
  net: 0x40000000,
} as const;

/**
 * A filter that refuses some calls whatever their arguments are, and judges others by what
 * `judge` says of them. What is in no list is allowed, because the kernel then asks whether the
 * process has the right to it. No filter can see the flags of clone3(2), so that call is not there
 * for the filtered: the C library then takes clone(2).
 * @param refused besides those that every filter refuses
 * @param judge for a call: instructions that return or go on. The call's number is lost in them
 */
export function planFilter(
  { audit, foreign, numbers }: SyscallTable,
  refused: readonly Syscall[],
  judge: Readonly<Partial<Record<Syscall, readonly Instruction[]>>>,
): Instruction[] {
  const each = (name: Syscall, body: readonly Instruction[]) => {
    const number = numbers[name];
    return number === undefined ? [] : ifEqual(number, body);
  };
  const judged = Object.entries(judge) as [Syscall, readonly Instruction[]][];
  return [
    load(ARCHITECTURE),
    // Programs of another architecture have other numbers for the same calls.
    ...unlessEqual(audit, [refuse(EPERM)]),
    load(NUMBER),
    ...(foreign === undefined ? [] : ifAtLeast(foreign, [refuse(EPERM)])),
    ...[...REFUSED, ...refused].flatMap((name) => each(name, [refuse(EPERM)])),
    ...each("clone3", [refuse(ENOSYS)]),
    ...judged.flatMap(([name, body]) => each(name, [...body, ALLOW])),
    ALLOW,
  ];
}

/** The filter as the kernel reads it, in hexadecimal digits: struct sock_filter, little-endian. */
export function encodeFilter(filter: readonly Instruction[]): string {
  const view = new DataView(new ArrayBuffer(filter.length * 8));
  for (const [at, [code, jt, jf, k]] of filter.entries()) {
    view.setUint16(at * 8, code, true);
    view.setUint8(at * 8 + 2, jt);
    view.setUint8(at * 8 + 3, jf);
    view.setUint32(at * 8 + 4, k, true);
  }
  return new Uint8Array(view.buffer).toHex();
}

/** Loads the lower half of an argument, which holds flags, requests and the like. */
export function loadArgument(index: 0 | 1): Instruction {
  return load(ARGUMENTS[index]);
}

/** Judges clone(2) and unshare(2): refuses to make these kinds of namespaces. */
export function refuseNew(kinds: readonly (keyof typeof NEW_NAMESPACE)[]): Instruction[] {
  const flags = kinds.reduce((all, kind) => all | NEW_NAMESPACE[kind], 0);
  return [loadArgument(0), ...ifAnyBit(flags, [refuse(EPERM)])];
}

export function refuse(errno: number): Instruction {
  return end(0x00050000 | errno);
}

export function ifEqual(value: number, body: readonly Instruction[]): Instruction[] {
  return [[0x15, 0, body.length, value], ...body];
}

export function unlessEqual(value: number, body: readonly Instruction[]): Instruction[] {
  return [[0x15, body.length, 0, value], ...body];
}

export function ifAnyBit(bits: number, body: readonly Instruction[]): Instruction[] {
  return [[0x45, 0, body.length, bits], ...body];
}

function ifAtLeast(value: number, body: readonly Instruction[]): Instruction[] {
  return [[0x35, 0, body.length, value], ...body];
}

function load(offset: number): Instruction {
  return [0x20, 0, 0, offset];
}

function end(answer: number): Instruction {
  return [0x06, 0, 0, answer];
}
