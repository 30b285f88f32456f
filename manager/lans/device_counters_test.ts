// The kernel's table of devices, read by columns.
import assert from "node:assert/strict";
import { DeviceCounters } from "./device_counters.ts";

const TEXT = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo
    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0
kt-~AA-x: 18446744073709551615 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
mgabc:   100       1    0    0    0     0          0         0      200      10    7    8    0     0       0          0
`;

Deno.test("each figure is of its device and direction", () => {
  const counters = new DeviceCounters(TEXT);
  const of = (name: string) => {
    const row = counters.row(name);
    return (["received", "sent"] as const).map((direction) =>
      (["bytes", "packets", "errors", "drops"] as const).map((figure) =>
        row === undefined ? row : counters.of(row, direction, figure)
      )
    );
  };
  assert.deepEqual(of("mgabc"), [[100, 1, 0, 0], [200, 10, 7, 8]]);
  assert.deepEqual(of("kt-~AA-x"), [[2 ** 64, 2, 3, 4], [9, 10, 11, 12]]);
  assert.equal(counters.row(" face |bytes"), undefined);
});

Deno.test("any text has an answer", () => {
  for (const text of ["", ":", "a:", "a: x y", "\n\n", "a:1"]) new DeviceCounters(text);
});
