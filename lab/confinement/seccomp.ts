// The filter of system calls (seccomp(2)) that all processes of devices run under, as classic BPF.
import type { SyscallTable } from "./syscalls.ts";

/**
 * An instruction, as linux/filter.h has it: a code, the jumps for a condition that holds and for
 * one that does not, and an operand.
 */
export type Instruction = readonly [code: number, jt: number, jf: number, k: number];

/**
 * Offsets in struct seccomp_data. Those of arguments lead to the lower half, which holds flags and
 * requests.
 */
const NUMBER = 0;
const ARCHITECTURE = 4;
const FIRST_ARGUMENT = 16;
const SECOND_ARGUMENT = 24;

const ALLOW = 0x7fff0000;
const EPERM = 1;
const ENOSYS = 38;

/**
 * Namespaces of users and cgroups. In one of those a process would get more than its device has.
 */
const NEW_NAMESPACES = 0x10000000 | 0x02000000;
/**
 * Requests of ioctl(2) that put words into the user's own terminal, where `lab exec` runs on it.
 */
const TERMINAL_REQUESTS = [0x5412, 0x541c];

/**
 * Plans the filter. A call that is not named is allowed, because the kernel then asks whether the
 * device has the right to it.
 */
export function planFilter(table: SyscallTable): Instruction[] {
  return [
    load(ARCHITECTURE),
    // Programs of another architecture have other numbers for the same calls.
    ...unlessEqual(table.audit, [refuse(EPERM)]),
    load(NUMBER),
    ...(table.foreign === undefined ? [] : ifAtLeast(table.foreign, [refuse(EPERM)])),
    ...Object.values(table.refused).flatMap((number) => ifEqual(number, [refuse(EPERM)])),
    // No filter can see the flags of clone3(2). Without that call the C library uses clone(2).
    ...ifEqual(table.clone3, [refuse(ENOSYS)]),
    ...[table.clone, table.unshare].flatMap((number) =>
      ifEqual(number, [
        load(FIRST_ARGUMENT),
        ...ifAnyBit(NEW_NAMESPACES, [refuse(EPERM)]),
        end(ALLOW),
      ])
    ),
    ...ifEqual(table.ioctl, [
      load(SECOND_ARGUMENT),
      ...TERMINAL_REQUESTS.flatMap((request) => ifEqual(request, [refuse(EPERM)])),
      end(ALLOW),
    ]),
    end(ALLOW),
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

function load(offset: number): Instruction {
  return [0x20, 0, 0, offset];
}

function end(answer: number): Instruction {
  return [0x06, 0, 0, answer];
}

function refuse(errno: number): Instruction {
  return end(0x00050000 | errno);
}

function ifEqual(value: number, body: readonly Instruction[]): Instruction[] {
  return [[0x15, 0, body.length, value], ...body];
}

function unlessEqual(value: number, body: readonly Instruction[]): Instruction[] {
  return [[0x15, body.length, 0, value], ...body];
}

function ifAtLeast(value: number, body: readonly Instruction[]): Instruction[] {
  return [[0x35, 0, body.length, value], ...body];
}

function ifAnyBit(bits: number, body: readonly Instruction[]): Instruction[] {
  return [[0x45, 0, body.length, bits], ...body];
}
