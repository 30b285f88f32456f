// The text format: what is written is read back, whatever names hold.
import assert from "node:assert/strict";
import fc from "fast-check";
import { fuzz } from "../../tests/fixture/fuzz.ts";
import { encodeLabels, Page, writeCounts, writeRow } from "./exposition.ts";
import type { Sample } from "./row.ts";

const ROW = { name: "m", help: "Help.", type: "gauge" } as const;

const read = (page: Page) => new Response(page.read()).text();

async function renderRow(row: typeof ROW, samples: readonly Sample[]): Promise<string> {
  const page = new Page();
  writeRow(page, row, samples);
  return await read(page);
}

Deno.test("a metric with its samples, and none without one", async () => {
  assert.equal(
    await renderRow(ROW, [[{}, 1], [{ a: "b", c: 'd"\\\n' }, 2 ** 64], [
      { a: "" },
      Infinity,
    ]]),
    "# HELP m Help.\n# TYPE m gauge\nm 1\n" +
      'm{a="b",c="d\\"\\\\\\n"} 18446744073709552000\nm{a=""} +Inf\n',
  );
  assert.equal(await renderRow(ROW, []), "");
});

Deno.test("counts of devices, of any size, and none without a device", async () => {
  const counts = [0, 7, 10, 99, 100, 4_294_967_296, 2 ** 53 - 1, 2 ** 53, 2 ** 64, 1e21];
  const page = new Page();
  const devices = counts.map((_, row) => ({ labels: encodeLabels({ pod: `é"${row}` }), row }));
  writeCounts(page, ROW, devices, (row) => counts[row]!);
  writeCounts(page, { ...ROW, name: "none" }, [], () => 0);
  const lines = counts.map((count, row) => `m{pod="é\\"${row}"} ${count}\n`);
  assert.equal(await read(page), `# HELP m Help.\n# TYPE m gauge\n${lines.join("")}`);
});

Deno.test("a page is kept for those who read it, and then is there again", async () => {
  const page = new Page();
  page.write("one");
  assert.equal(page.hasReaders, false);
  const [first, second] = [page.read(), page.read()];
  assert.equal(await new Response(first).text(), "one");
  assert.equal(page.hasReaders, true);
  // A connection that has ended.
  await second.cancel();
  assert.equal(page.hasReaders, false);
  page.clear();
  page.write("two");
  assert.equal(await read(page), "two");
  assert.equal(page.length, 3);
});

Deno.test("a page of any size is what was written", async () => {
  const page = new Page();
  const pieces = Array.from({ length: 50_000 }, (_, at) => `${at}\u{1f4a5}é\n`);
  for (const piece of pieces) page.write(piece);
  assert.equal(await read(page), pieces.join(""));
});

const value = fc.string({ unit: "binary" });
fuzz("any names stay what they are", fc.tuple(value, value), async ([pod, lan]) => {
  const text = await renderRow(ROW, [[{ pod, lan }, 1]]);
  const [, , line, ...others] = text.split("\n");
  assert.deepEqual(others, [""]);
  const [, one, other] = /^m\{pod="((?:[^"\\]|\\.)*)",lan="((?:[^"\\]|\\.)*)"\} 1$/su.exec(line!) ??
    [];
  assert.deepEqual([unescape(one), unescape(other)], [pod, lan].map((text) => text.toWellFormed()));
});

/** As Prometheus reads a label's value. */
function unescape(written = ""): string {
  return written.replaceAll(/\\(.)/gsu, (_, char) => char === "n" ? "\n" : char);
}
