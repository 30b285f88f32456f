// deploy/monitoring: rules, their tests, the dashboard and the runbooks agree with each other.
import assert from "node:assert/strict";
import { describe } from "../shared/process/command.ts";
import { run } from "../shared/process/exec.ts";
import { ROOT } from "../tools/checkout.ts";
import { testAsRoot } from "./fixture/privileged.ts";

const DIR = `${ROOT}/deploy/monitoring`;
const read = (path: string) => Deno.readTextFileSync(`${ROOT}/${path}`);
const alerts = read("deploy/monitoring/alerts.yml");
const dashboard = read("deploy/monitoring/dashboard.json");
const page = read("docs/metrics.md");

const NAMES = Array.from(alerts.matchAll(/^ *- alert: (\w+)$/gm), ([, name = ""]) => name);

// Packages are installed only where the tests are root.
testAsRoot("promtool takes the rules, and what they are tested with holds", async () => {
  for (const argv of [["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]]) {
    const [kind = "", what = "", file] = argv;
    const done = await run({ argv: ["promtool", kind, what, `${DIR}/${file}`] });
    assert.equal(done.reason, "success", describe(done) + done.stdout);
  }
});

Deno.test("each alert has a test, a runbook and a severity", () => {
  assert.ok(NAMES.length >= 10);
  assert.equal(new Set(NAMES).size, NAMES.length);
  const anchors = Array.from(
    read("docs/runbooks.md").matchAll(/^## (\w+)$/gm),
    ([, title = ""]) => title.toLowerCase(),
  );
  assert.deepEqual(anchors, NAMES.map((name) => name.toLowerCase()));
  const urls = Array.from(
    alerts.matchAll(/runbook_url: \S+\/docs\/runbooks\.md#(\w+)$/gm),
    ([, anchor]) => anchor,
  );
  assert.deepEqual(urls, anchors);
  const severities = alerts.match(/severity: (critical|warning|info) /g) ?? [];
  assert.equal(severities.length, NAMES.length);
  const tests = read("deploy/monitoring/alerts_test.yml");
  for (const name of NAMES) {
    assert.match(tests, new RegExp(`alertname: ${name}\\n +exp_alerts:\\n +- exp_labels:`), name);
  }
});

Deno.test("the operator's rules are those of alerts.yml", () => {
  const [, groups] = alerts.split("\ngroups:\n");
  const [, theirs] = read("deploy/monitoring/prometheus-rule.yml").split("\n  groups:\n");
  assert.equal(theirs, groups!.replaceAll(/^(?=.)/gm, "  "));
});

Deno.test("rules, dashboard and runbooks name metrics that there are", () => {
  const known = new Set(Array.from(page.matchAll(/^\| `(\w+)`/gm), ([, name]) => name));
  assert.ok(known.size > 40);
  for (const text of [alerts, dashboard, read("docs/runbooks.md")]) {
    const names = text.match(/\b(megalos|process)_[a-z_]+/g) ?? [];
    const wrong = names.map((name) => name.replace(/_(bucket|sum|count)$/, ""))
      .filter((name) => !known.has(name));
    assert.deepEqual(wrong, []);
  }
});

Deno.test("each panel of the dashboard says what it shows, and lies beside the others", () => {
  const { panels, templating, uid } = JSON.parse(dashboard);
  assert.equal(uid, "megalos");
  assert.deepEqual(
    templating.list.map(({ name }: { name: string }) => name),
    ["datasource", "instance", "lan", "namespace", "pod"],
  );
  const taken = new Set<string>();
  for (const { id, type, title, description, targets = [], gridPos } of panels) {
    assert.ok(id > 0 && title !== "");
    if (type !== "row") assert.ok(description !== "" && targets.length > 0, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.ok(x < 24 && !taken.has(`${x} ${y}`), `${title} lies on another panel`);
        taken.add(`${x} ${y}`);
      }
    }
  }
});

// Grafana puts rows together only where all labels are equal, and the metric's name is one of them.
// Prometheus adds labels of its own, such as the pod that it has scraped.
Deno.test("the dashboard's tables have the columns that their expressions name", () => {
  const { panels } = JSON.parse(dashboard);
  const tables = panels.filter(({ type }: { type: string }) => type === "table");
  assert.ok(tables.length > 0);
  for (const { title, targets } of tables) {
    for (const { expr } of targets) assert.match(expr, /^(count|max|sum) by \(/, title);
  }
});
