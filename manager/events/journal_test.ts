// The journal: one event becomes a line, a count and a kept event.
import assert from "node:assert/strict";
import fc from "fast-check";
import { harmless } from "../../shared/harmless.ts";
import { count, NOTHING_COUNTED, parseCounters } from "./counters.ts";
import type { Happening, NodeEvent } from "./event.ts";
import { Journal } from "./journal.ts";
import type { LogSettings } from "./log.ts";
import { Ring } from "./ring.ts";

const LAN = { name: "net1", suffix: "ntwork", vni: 10 };
const FAILED: Happening = {
  kind: "call-failed",
  verb: "ADD",
  attachment: { pod: "lab/pc1", container: "0123456789abcdef", ifname: "net1", network: "r-net1" },
  ms: 12.34,
  error: { code: 100, msg: "Cannot make it: a is b", details: "ip said:\nno" },
};

/** A journal and the lines that it has written. */
function start(settings: Partial<LogSettings> = {}) {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const journal = new Journal({ format: "text", level: "info", ...settings }, write);
  return { journal, lines };
}

Deno.test("a line has time, level and text; a failed call also has pod, code, message", () => {
  const { journal, lines } = start();
  journal.tell({ kind: "lan-mended", lan: LAN, why: "its bridge is down" });
  journal.tell(FAILED);
  const texts = lines.map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /, ""));
  assert.deepEqual(texts, [
    "warn LAN net1-ntwork (VNI 10) mended: its bridge is down",
    "warn ADD of lab/pc1 net1 on r-net1 failed: Cannot make it: a is b (ip said: | no) " +
    "[code 100, 12.3 ms]",
  ]);
});

Deno.test("as JSON a line is an object with the same text and the event's figures", () => {
  const { journal, lines } = start({ format: "json" });
  journal.tell(FAILED);
  const { time, ...rest } = JSON.parse(lines[0]!);
  assert.match(time, /^\d{4}-.*Z$/);
  assert.deepEqual(rest, {
    level: "warn",
    msg: "ADD of lab/pc1 net1 on r-net1 failed: Cannot make it: a is b (ip said: | no) " +
      "[code 100, 12.3 ms]",
    ...FAILED,
  });
});

/** Control characters of ASCII would be rare among all characters. */
const SAID = fc.oneof(fc.string({ unit: "binary-ascii" }), fc.string({ unit: "binary" }));

Deno.test("what a pod's creator or a program has said is on one line, and hurts no terminal", () => {
  for (const format of ["text", "json"] as const) {
    const { journal, lines } = start({ format });
    fc.assert(
      fc.property(SAID, (said) => {
        lines.length = 0;
        journal.tell({ ...FAILED, attachment: { pod: said }, error: { code: 1, msg: said } });
        assert.equal(lines.length, 1);
        assert.equal(lines[0], harmless(lines[0]!));
        if (format === "json") assert.equal(JSON.parse(lines[0]!).attachment.pod, said);
      }),
      { numRuns: 1_000 },
    );
  }
});

Deno.test("events below the level are counted and kept, and not logged", () => {
  const { journal, lines } = start({ level: "error" });
  journal.tell(FAILED);
  assert.deepEqual(lines, []);
  assert.equal(journal.counters.calls.ADD?.failed, 1);
  assert.equal(journal.after(0).length, 1);
  const debug = start({ level: "debug" });
  debug.journal.tell({ kind: "lan-made", lan: LAN });
  assert.match(debug.lines[0]!, /debug LAN net1-ntwork \(VNI 10\) made$/);
});

Deno.test("whoever follows hears each event once, in order, until it is disposed", () => {
  const { journal } = start();
  const heard: NodeEvent[] = [];
  {
    using _following = journal.follow((event) => heard.push(event));
    journal.tell({ kind: "node-ready" });
    journal.tell({ kind: "manager-stopped" });
  }
  journal.tell({ kind: "node-ready" });
  assert.deepEqual(heard.map(({ number, kind }) => [number, kind]), [
    [1, "node-ready"],
    [2, "manager-stopped"],
  ]);
});

Deno.test("the ring keeps the last events, in order, and gives those after a number", () => {
  fc.assert(fc.property(fc.nat(9), fc.nat(30), fc.nat(40), (size, pushed, asked) => {
    const ring = new Ring(size + 1);
    const all = Array.from({ length: pushed }, (_, at): NodeEvent => ({
      ...{ kind: "node-ready", number: at + 1, time: "" },
    }));
    for (const event of all) ring.push(event);
    const expected = all.slice(-size - 1).filter(({ number }) => number > asked);
    assert.deepEqual(ring.after(asked), expected);
  }));
});

const COUNTED: readonly [Happening, string, number][] = [
  [{ kind: "lan-mended", lan: LAN, why: "" }, "mended", 1],
  [{ kind: "lan-netns-pinned", path: "" }, "mended", 1],
  [{ kind: "vteps-moved", vtep: "", count: 3 }, "mended", 3],
  [{ kind: "switches-reset", path: "", switches: ["a", "b"] }, "mended", 2],
  [{ kind: "empty-lan-removed", lan: LAN }, "emptied", 1],
  [{ kind: "strays-removed", devices: ["a", "b"] }, "strays", 2],
  [{ kind: "entries-kept", count: 4 }, "entriesKept", 4],
  [{ kind: "entries-removed", count: 5 }, "entriesRemoved", 5],
];

for (const [happening, what, times] of COUNTED) {
  Deno.test(`${happening.kind} counts as ${times} ${what}, each time`, () => {
    const once = count(NOTHING_COUNTED, happening);
    assert.deepEqual(once.repairs, { ...NOTHING_COUNTED.repairs, [what]: times });
    assert.deepEqual(count(once, happening).repairs, {
      ...NOTHING_COUNTED.repairs,
      [what]: 2 * times,
    });
    assert.deepEqual(once.calls, {});
  });
}

Deno.test("each end of a call is counted for its verb, and answers are timed", () => {
  const attachment = {};
  const ends: readonly Happening[] = [
    { ...FAILED, ms: 30 },
    { kind: "call-answered", verb: "ADD", attachment, ms: 10 },
    { kind: "call-undelivered", verb: "ADD", attachment, why: "no-room" },
    { kind: "call-fallen-back", verb: "DEL" },
    { kind: "call-declined", verb: "DEL" },
  ];
  const counted = ends.reduce(count, NOTHING_COUNTED);
  assert.deepEqual(counted, {
    limits: [],
    repairs: NOTHING_COUNTED.repairs,
    calls: {
      ADD: {
        ...{ answered: 2, failed: 1, fallenBack: 0, declined: 0, undelivered: 1 },
        ...{ totalMs: 40, maxMs: 30 },
      },
      DEL: {
        ...{ answered: 0, failed: 0, fallenBack: 1, declined: 1, undelivered: 0 },
        ...{ totalMs: 0, maxMs: 0 },
      },
    },
  });
  assert.deepEqual(parseCounters(JSON.stringify(counted)), counted);
});

Deno.test("a limit of MAC addresses is counted by LAN and device, and is left by the LAN", () => {
  const about = { limit: "macs", lan: LAN, most: 10 } as const;
  const met = (device: string): Happening => ({ kind: "limit-met", ...about, device });
  const left: Happening = { kind: "limit-left", ...about, device: "nobody" };
  const counted = [met("lab/a net0"), left, met("lab/b net0"), met("lab/a net0")].reduce(
    count,
    NOTHING_COUNTED,
  );
  const row = { limit: "macs", lan: "net1-ntwork", vni: 10, most: 10, isMet: true };
  assert.deepEqual(counted.limits, [
    { ...row, device: "lab/a net0", times: 2 },
    { ...row, device: "lab/b net0", times: 1 },
  ]);
  assert.ok(count(counted, left).limits.every(({ isMet }) => !isMet));
  const many = Array.from({ length: 300 }, (_, at) => met(`lab/${at} net0`));
  assert.equal(many.reduce(count, NOTHING_COUNTED).limits.length, 100);
  assert.deepEqual(parseCounters(JSON.stringify(counted)), counted);
});

Deno.test("a storm that ends leaves another device's storm met, and its line names its device", () => {
  const about = { limit: "storm", lan: LAN, most: 2000 } as const;
  const { journal, lines } = start();
  const [a, b] = [{ ...about, device: "lab/a net0" }, { ...about, device: "lab/b net0" }];
  const isMet = () =>
    Object.fromEntries(journal.counters.limits.map(({ device, isMet }) => [device, isMet]));
  for (const one of [a, b]) journal.tell({ kind: "limit-met", ...one });
  journal.tell({ kind: "limit-left", ...a });
  assert.deepEqual(isMet(), { [a.device]: false, [b.device]: true });
  const text = "LAN net1-ntwork (VNI 10): lab/a net0 is below its limit of flooded frames/s again";
  assert.ok(lines.at(-1)!.endsWith(`info ${text}`), lines.at(-1));
  journal.tell({ kind: "limit-left", ...b });
  assert.deepEqual(isMet(), { [a.device]: false, [b.device]: false });
});

Deno.test("what is not counted leaves the counters as they are", () => {
  assert.equal(count(NOTHING_COUNTED, { kind: "node-ready" }), NOTHING_COUNTED);
});

Deno.test("a counters' file of an older manager is read; another file is refused", () => {
  assert.deepEqual(parseCounters('{"repairs":{"mended":1}}').repairs, {
    ...NOTHING_COUNTED.repairs,
    mended: 1,
  });
  for (const text of ["", "{", "[]", '{"repairs":{"mended":"x"}}']) {
    assert.throws(() => parseCounters(text), /Cannot read \S+: it is not what a manager writes/);
  }
});
