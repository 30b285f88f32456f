// The figures as people read them: a table of medians, and their ratios to the bridge plugin's.
import type { CallFigures, LabFigures } from "./measure.ts";
import type { Usage } from "./measure_manager.ts";

export interface Figures {
  readonly at: string;
  readonly runs: number;
  readonly calls: readonly CallFigures[];
  readonly labs: readonly LabFigures[];
  readonly manager: readonly Usage[];
}

export function renderReport({ at, runs, calls, labs, manager }: Figures): string {
  const bridge = calls.find(({ title }) => title.startsWith("bridge"));
  const bridgeLab = (atATime: number) =>
    labs.find((one) => one.title === bridge?.title && one.atATime === atATime);
  const head = ["", "ADD", "DEL", "first ADD", "last DEL"];
  return [
    `${at}; medians of ${runs} in ms, and x the bridge plugin's`,
    ...table(
      head,
      calls.map((one) => [
        one.title,
        cell(one.add, bridge?.add),
        cell(one.del, bridge?.del),
        cell(one.firstAdd, bridge?.firstAdd),
        cell(one.lastDel, bridge?.lastDel),
      ]),
    ),
    "",
    "60 calls on 10 LANs",
    ...table(
      ["", "at a time", "60 ADDs", "60 DELs"],
      labs.map((one) => [
        one.title,
        `${one.atATime}`,
        cell(one.add60, bridgeLab(one.atATime)?.add60),
        cell(one.del60, bridgeLab(one.atATime)?.del60),
      ]),
    ),
    "",
    "the manager",
    ...table(
      ["", "RSS MB", "open files", "spares"],
      manager.map((one) => [
        one.when,
        one.rssMb.toFixed(1),
        `${one.openFiles}`,
        `${one.spares}`,
      ]),
    ),
  ].join("\n");
}

function cell(ms: number | undefined, ofBridge: number | undefined): string {
  if (ms === undefined) return "-";
  const ratio = ofBridge === undefined ? "" : ` (${(ms / ofBridge).toFixed(2)})`;
  return `${ms.toFixed(1)}${ratio}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, at) => Math.max(...all.map((row) => (row[at] ?? "").length)));
  return all.map((row) =>
    row.map((text, at) => at === 0 ? text.padEnd(widths[at]!) : text.padStart(widths[at]!)).join(
      "  ",
    ).trimEnd()
  );
}
