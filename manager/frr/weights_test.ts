// Who fills a reflector's bgpd is found by what bgpd has grown by and what each has sent.
import assert from "node:assert/strict";
import type { Command } from "../../shared/process/command.ts";
import type { Run } from "../../shared/process/exec.ts";
import { readLongMemory, readReceived } from "./read_weights.ts";
import { Weights } from "./weights.ts";

const MB = 1024 * 1024;
const MOST = 11 * MB;

/** Weighs again and again: bgpd's memory, and what two peers have sent, all in MB. */
function weigh(looks: readonly (readonly [number, number, number])[]): (string | undefined)[] {
  const weights = new Weights();
  return looks.map(([memory, one, other]) =>
    weights.weigh(memory * MB, new Map([["one", one * MB], ["other", other * MB]]), MOST)
  );
}

Deno.test("who has brought most of what is too much is too heavy", () => {
  assert.deepEqual(weigh([[1, 0, 0], [40, 40, 1], [70, 70, 3], [70, 70, 9]]), [
    ...[undefined, undefined, "one", undefined],
  ]);
});

Deno.test("who sends much is not too heavy where bgpd does not grow by it", () => {
  const busy = Array.from({ length: 20 }, (_, at) => [66, 10 * at, 0] as const);
  assert.deepEqual(new Set(weigh(busy)), new Set([undefined]));
});

Deno.test("where bgpd grows slowly, one that sends more in between is not taken for another", () => {
  // "other" sends nothing while bgpd grows.
  const looks = [[31, 0, 0], [55, 15, 0], [55, 15, 90], [66, 26, 90]] as const;
  assert.deepEqual((weigh(looks)).at(-1), "one");
});

Deno.test("what was brought counts no more once bgpd has little", () => {
  const looks = [[31, 0, 0], [60, 20, 0], [1, 20, 0], [40, 20, 9], [66, 20, 10]] as const;
  assert.deepEqual(new Set(weigh(looks)), new Set([undefined]));
});

Deno.test("of too many, one after the other is too heavy", () => {
  assert.deepEqual(weigh([[31, 0, 0], [90, 30, 20], [90, 30, 20], [90, 30, 20]]), [
    ...[undefined, "one", "other", undefined],
  ]);
});

Deno.test("what was there at the first weighing is nobody's", () => {
  assert.deepEqual(new Set(weigh([[90, 90, 90], [90, 91, 91]])), new Set([undefined]));
});

Deno.test("a connection that is new counts from 0", () => {
  const looks = [[31, 90, 0], [66, 26, 0]] as const;
  assert.deepEqual(weigh(looks), [undefined, "one"]);
});

const answering =
  (stdout: string, reason: "success" | "exit" = "success"): Run => ({ argv }: Command) =>
    Promise.resolve({ argv, stdout, reason, code: 0, signal: null, stderr: "", ms: 0 });

Deno.test("messages and long attributes count, and nothing else of bgpd's memory", async () => {
  const memory = `System allocator statistics:
  Total heap allocated:  270 MiB
--- qmem libfrr ---
Type                          : Current#   Size       Total     Max#  MaxBytes
Buffer data                   :        1   4120        4136      226    931120
Stream                        :       15 variable   1000000    17751 1162527368
--- qmem bgpd ---
BGP attribute                 :       12    312        3744     6014   1876432
BGP aspath str                :        1      1          20        2        48
extcommunity val              :        2 variable       300        7       168
BGP transit val               :        3 variable      4000     3189 208611624
Cluster list val              :        1 variable     50000        1     50000
`;
  assert.equal(await readLongMemory(answering(memory)), 1_054_320);
  await assert.rejects(readLongMemory(answering("", "exit")), /^FaultError: Cannot read what /);
});

Deno.test("what each peer has sent is the sum of its connections, of both families", async () => {
  const rest = "cubic wscale:10,10 bytes_acked:5 bytes_received:";
  const sockets = `0      0      10.0.0.1:179 10.0.0.2:40001 ${rest}1000 segs_out:1
0      0      10.0.0.1:179 10.0.0.2:40002 ${rest}10 segs_out:1
0      0      [::ffff:10.0.0.1]:179 [::ffff:10.0.0.3]:40002 ${rest}7 segs_out:1
0      0      [fd00::1]:179 [fd00::2]:40001 ${rest}3
0      0      [fe80::1]%eth0:179 [fe80::2%eth0]:40001 ${rest}4
0      0      10.0.0.1:179 10.0.0.4:40001 cubic wscale:10,10
`;
  assert.deepEqual(
    [...await readReceived(answering(sockets))],
    [["10.0.0.2", 1_010], ["10.0.0.3", 7], ["fd00::2", 3], ["fe80::2", 4]],
  );
  await assert.rejects(readReceived(answering("", "exit")), /^FaultError: Cannot read how much /);
});
