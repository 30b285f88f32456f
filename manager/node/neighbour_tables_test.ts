// Which room a table of neighbours is to have: it never becomes less.
import assert from "node:assert/strict";
import { argvOf } from "../../shared/iproute2/words.ts";
import { parseThresholds, planThresholds, setThresholds } from "./neighbour_tables.ts";

const thresholds = (thresh1: number, thresh2: number, thresh3: number) => ({
  ...{ thresh1, thresh2, thresh3 },
});
const LINUX = thresholds(128, 512, 1024);

Deno.test("a table that takes less is raised in Linux' own proportion, and no threshold falls", () => {
  const rows = [
    [LINUX, 16_384, thresholds(2048, 8192, 16_384)],
    [LINUX, 8192, thresholds(1024, 4096, 8192)],
    [LINUX, 1025, thresholds(128, 512, 1025)],
    [thresholds(4000, 9000, 10_000), 16_384, thresholds(4000, 9000, 16_384)],
    // Somebody has set one of them alone.
    [thresholds(128, 50_000, 1024), 16_384, thresholds(2048, 50_000, 16_384)],
    [LINUX, 1024, undefined],
    [LINUX, 1, undefined],
    [thresholds(1, 2, 16_384), 16_384, undefined],
    [thresholds(128, 512, 65_536), 16_384, undefined],
  ] as const;
  for (const [seen, most, wanted] of rows) {
    assert.deepEqual(planThresholds(seen, most), wanted, JSON.stringify([seen, most]));
  }
});

Deno.test("the words are those of ip-ntable(8)", () => {
  const words = (...all: string[]) => all.join(" ").split(" ");
  assert.deepEqual(
    argvOf(setThresholds("IPv6", thresholds(1, 2, 3))),
    words("ip ntable change name ndisc_cache thresh1 1 thresh2 2 thresh3 3"),
  );
});

Deno.test("the table's own entry counts, wherever it stands", () => {
  const device = { family: "inet", name: "arp_cache", dev: "lo", refcnt: 1, queue: 101 };
  const own = { family: "inet", name: "arp_cache", ...LINUX, gc_interval: 30_000 };
  for (const entries of [[own, device], [device, own], [own]]) {
    assert.deepEqual(parseThresholds(JSON.stringify(entries)), LINUX);
  }
});

Deno.test("without a table there are no thresholds, and what is no answer is an error", () => {
  // iproute2 prints nothing or an empty list.
  for (const printed of ["", "\n", "[]", "[ ]\n"]) {
    assert.equal(parseThresholds(printed), undefined);
  }
  for (const printed of ["{}", "[1]", '[{"thresh3":"many"}]', "no"]) {
    assert.throws(() => parseThresholds(printed), /^Error: Cannot read what ip has printed: /);
  }
});
