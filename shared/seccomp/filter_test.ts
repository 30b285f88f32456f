// What filters answer, by a machine for classic BPF that knows the instructions they are made of.
import assert from "node:assert/strict";
import {
  EAFNOSUPPORT,
  encodeFilter,
  ENOSYS,
  EPERM,
  ifAnyBit,
  ifEqual,
  type Instruction,
  loadArgument,
  planFilter,
  refuse,
  unlessEqual,
} from "./filter.ts";
import { SYSCALLS, type SyscallTable } from "./syscalls.ts";

interface Call {
  readonly audit: number;
  readonly number: number;
  readonly args?: readonly number[];
}

const ALLOWED = "allowed";

/** Runs a filter as the kernel does. */
function answer(filter: readonly Instruction[], { audit, number, args = [] }: Call) {
  const data: Record<number, number> = { 0: number, 4: audit };
  for (const [at, value] of args.entries()) data[16 + 8 * at] = value;
  let accumulator = 0;
  for (let at = 0; at < filter.length; at++) {
    const [code, jt, jf, k] = filter[at]!;
    const holds: Record<number, () => boolean> = {
      0x15: () => accumulator === k,
      0x35: () => accumulator >= k,
      0x45: () => (accumulator & k) !== 0,
    };
    if (code === 0x20) accumulator = data[k] ?? 0;
    else if (code === 0x06) return k === 0x7fff0000 ? ALLOWED : k - 0x00050000;
    else at += holds[code]!() ? jt : jf;
  }
  throw new Error("the filter has no end");
}

const plan = (table: SyscallTable) =>
  planFilter(table, ["mount", "uselib"], {
    clone: [loadArgument(0), ...ifAnyBit(0x40000000, [refuse(EPERM)])],
    setns: [loadArgument(1), ...unlessEqual(0x40000000, [refuse(EPERM)])],
    socket: [loadArgument(0), ...ifEqual(40, [refuse(EAFNOSUPPORT)])],
  });

for (const [arch, table] of Object.entries(SYSCALLS)) {
  const { audit, numbers } = table;
  const ask = (number: number, ...args: number[]) => answer(plan(table), { audit, number, args });

  Deno.test(`a filter for ${arch} refuses what it names, judges arguments, and allows the rest`, () => {
    assert.deepEqual([ask(numbers.mount), ask(numbers.umount2)], [EPERM, ALLOWED]);
    assert.equal(ask(numbers.clone3), ENOSYS);
    assert.deepEqual([ask(numbers.clone, 0x40000011), ask(numbers.clone, 17)], [EPERM, ALLOWED]);
    assert.deepEqual(
      [
        ask(numbers.setns, 3, 0),
        ask(numbers.setns, 0x40000000, 0),
        ask(numbers.setns, 3, 0x40000000),
      ],
      [EPERM, EPERM, ALLOWED],
    );
    assert.deepEqual([ask(numbers.socket, 40), ask(numbers.socket, 2)], [EAFNOSUPPORT, ALLOWED]);
  });

  Deno.test(`a filter for ${arch} refuses the calls of other architectures`, () => {
    const others = Object.values(SYSCALLS).map((other) => other.audit).filter((one) =>
      one !== audit
    );
    assert.deepEqual(
      others.map((other) => answer(plan(table), { audit: other, number: numbers.ioctl })),
      [EPERM],
    );
  });

  Deno.test(`the numbers of ${arch} are numbers of one call each`, () => {
    const all = Object.values(numbers);
    assert.equal(new Set(all).size, all.length);
  });
}

Deno.test("a filter for amd64 refuses the calls of x32, and knows calls of its own", () => {
  const { audit, numbers } = SYSCALLS.x86_64;
  const ask = (number: number) => answer(plan(SYSCALLS.x86_64), { audit, number });
  assert.deepEqual([ask(0x40000000), ask(0x3fffffff), ask(numbers.uselib!)], [
    EPERM,
    ALLOWED,
    EPERM,
  ]);
});

Deno.test("an instruction is written as the kernel reads it", () => {
  assert.equal(encodeFilter([[0x15, 1, 2, 0xc000003e]]), "150001023e0000c0");
});
