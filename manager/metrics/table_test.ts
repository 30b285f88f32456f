// The table: names as Prometheus wants them, and docs/metrics.md as the table has it.
import assert from "node:assert/strict";
import { renderDocument } from "./document.ts";
import { METRICS } from "./table.ts";

Deno.test("docs/metrics.md says what the table has", () => {
  const page = Deno.readTextFileSync(new URL("../../docs/metrics.md", import.meta.url));
  const command = "deno run --allow-read --allow-write=docs manager/metrics/write_document.ts";
  assert.equal(page, renderDocument(), `write it again: ${command}`);
});

Deno.test("all that is counted as it happens is on the dashboard", () => {
  const path = new URL("../../deploy/monitoring/dashboard.json", import.meta.url);
  const dashboard = Deno.readTextFileSync(path);
  const counted = METRICS.filter((row) => "hear" in row).map(({ name }) => name);
  assert.ok(counted.length > 0);
  assert.deepEqual(counted.filter((name) => !dashboard.includes(name)), []);
});

Deno.test("names are unique, prefixed and in base units; counters end in _total", () => {
  const names = METRICS.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { name, type, help, labels } of METRICS) {
    assert.match(name, /^(megalos|process)_[a-z_]+$/);
    assert.doesNotMatch(name, /_(ms|milliseconds|kb|percent)(_|$)/);
    assert.equal(name.endsWith("_total"), type === "counter", name);
    assert.match(help, /^[A-Z][^\n\\]*\.$|; always 1\.$/, name);
    for (const label of labels) assert.match(label, /^[a-z]+$/);
  }
});

Deno.test("the number of series is bounded", () => {
  const most = METRICS.reduce((sum, row) => sum + row.most, 0);
  assert.ok(most < 80_000, `${most}`);
});
