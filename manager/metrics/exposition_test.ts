// The text format: what is written is read back, whatever names hold.
import assert from "node:assert/strict";
import fc from "fast-check";
import { fuzz } from "../../tests/fixture/fuzz.ts";
import { Page, writeRow } from "./exposition.ts";
import type { Sample } from "./row.ts";

const ROW = { name: "m", help: "Help.", type: "gauge" } as const;

function renderRow(row: typeof ROW, samples: readonly Sample[]): string {
  const page = new Page();
  writeRow(page, row, samples);
  return new TextDecoder().decode(page.end());
}

Deno.test("a metric with its samples, and none without one", () => {
  assert.equal(
    renderRow(ROW, [[{}, 1], [{ a: "b", c: 'd"\\\n' }, 2 ** 64], [
      { a: "" },
      Infinity,
    ]]),
    "# HELP m Help.\n# TYPE m gauge\nm 1\n" +
      'm{a="b",c="d\\"\\\\\\n"} 18446744073709552000\nm{a=""} +Inf\n',
  );
  assert.equal(renderRow(ROW, []), "");
});

Deno.test("a page of any size is what was written", () => {
  const page = new Page();
  const pieces = Array.from({ length: 50_000 }, (_, at) => `${at}\u{1f4a5}é\n`);
  for (const piece of pieces) page.write(piece);
  assert.equal(new TextDecoder().decode(page.end()), pieces.join(""));
});

const value = fc.string({ unit: "binary" });
fuzz("any names stay what they are", fc.tuple(value, value), ([pod, lan]) => {
  const text = renderRow(ROW, [[{ pod, lan }, 1]]);
  const [, , line, ...others] = text.split("\n");
  assert.deepEqual(others, [""]);
  const [, one, other] = /^m\{pod="((?:[^"\\]|\\.)*)",lan="((?:[^"\\]|\\.)*)"\} 1$/su.exec(line!) ??
    [];
  assert.deepEqual([read(one), read(other)], [pod, lan].map((text) => text.toWellFormed()));
});

/** As Prometheus reads a label's value. */
function read(written = ""): string {
  return written.replaceAll(/\\(.)/gsu, (_, char) => char === "n" ? "\n" : char);
}
