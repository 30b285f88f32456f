// docs/metrics.md, made of the table. Pure.
import { METRICS } from "./table.ts";
import type { Row } from "./row.ts";

const INTRODUCTION = `# Metrics

Every manager serves \`GET /metrics\` at port 9472 in Prometheus' text format.
[docs/monitoring.md](monitoring.md) says who may ask, and has dashboard and alerts. This page is
made from the table in \`manager/metrics/table.ts\`
(\`deno run --allow-read --allow-write=docs manager/metrics/write_document.ts\`).

- Directions are those of the pod: \`receive\` is what its interface has received. Counters of ports
  begin at 0 when the port is made.
- \`lan\` is \`NAME-SUFFIX\` of the network, \`namespace\` and \`pod\` are what the runtime has said of the
  pod, and \`interface\` is the interface's name in the pod. A port whose pod is not known has the
  name of its device as \`pod\`.
- Names may hold any character: each is one label's value.
- What comes from FRR and nftables is as the last look found it (\`MEGALOS_RECONCILE\`, 5 s). The
  kernel's counters are of the moment of the scrape. Scrapes within a second have one answer.
- The number of series is bounded, whatever pods and nodes do: the table says how many each metric
  has at most. Ports and LANs that are left out are counted.
`;

export function renderDocument(): string {
  const rows = METRICS.map(describe);
  const heading = ["metric", "type", "labels", "what it says", "source", "series at most"];
  const most = METRICS.reduce((sum, row) => sum + row.most, 0);
  return `${INTRODUCTION}\n${renderTable(heading, rows)}\nTogether: at most ${most} series.\n`;
}

function describe(row: Row): string[] {
  const { name, type, labels, help, source, most } = row;
  const buckets = "buckets" in row ? ` Buckets: ${row.buckets.join(", ")} s.` : "";
  const names = labels.map((label) => `\`${label}\``).join(", ");
  return [`\`${name}\``, type, names, help + buckets, source, `${most}`];
}

/** As \`deno fmt\` writes it. */
function renderTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heading, ...rows];
  const widths = heading.map((_, at) => Math.max(3, ...all.map((row) => row[at]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |\n`;
  const rule = widths.map((width) => "-".repeat(width));
  return [heading, rule, ...rows].map(line).join("");
}
