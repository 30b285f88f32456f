// `deno task attacks`: what an attack by one device costs twenty LANs of other people.
import { Command, Option } from "commander";
import { HOST_ARCH } from "../../tools/arch.ts";
import { ensureBuilt } from "../../tools/build.ts";
import { ensurePackages } from "../../tools/debian.ts";
import { findRoot } from "../../tools/debian_root.ts";
import { faultPackages } from "../../tools/packages.ts";
import { setTimeScale, TIME_SCALE } from "../../shared/process/time_scale.ts";
import { Progress } from "../progress.ts";
import { ATTACKS } from "./attacks.ts";
import { type Cost, COSTS } from "./costs.ts";
import { type Figures, measureAttack } from "./measure.ts";
import type { Throughput } from "./transfer.ts";

// `MEGALOS_TIME_SCALE=3` gives a busy machine time to start.
setTimeScale(Deno.env.get(TIME_SCALE));

const progress = new Progress();
const context = { env: Deno.env.toObject(), log: progress.say };

const program = new Command("deno task attacks")
  .description(
    "Attacks one LAN in a cluster of namespaces, as root, while twenty other LANs talk across two " +
      "workers,\nand tells what they have lost. Ends with 1 when a goal is missed: at most 0.1 % " +
      "lost, a new pod\nreachable within 2 s, no program ended, others' entries and all sessions " +
      "as before 30 s after,\nnothing left of the attacker's addresses when they have aged, and " +
      "with a loop in one LAN at least\n95 % of a transfer's throughput in another, and 97 % with " +
      "the VTEP filter.",
  )
  .addOption(
    new Option("--only <name...>", "just these").choices([
      ...ATTACKS.map(({ name }) => name),
      ...COSTS.map(({ name }) => name),
    ]),
  )
  .option("--without-limits", "turn the limits off, to see what they are for")
  .option("--root <suite or folder>", "of the nodes: another Debian, such as forky")
  .option("--json <file>", "write the figures there, too");

try {
  const { only, withoutLimits, root, json } = program.parse(Deno.args, { from: "user" }).opts<
    Options
  >();
  await ensurePackages(faultPackages, context);
  await ensureBuilt([HOST_ARCH], context);
  const env: Record<string, string> = withoutLimits
    ? { MEGALOS_MAX_MACS: "0", MEGALOS_MAX_NODE_MACS: "0", MEGALOS_STORM_LIMIT: "0" }
    : {};
  const setup = { env, ...(root !== undefined && { root: await findRoot(root, context) }) };
  const all: Figures[] = [];
  let isUnharmed = true;
  for (const attack of ATTACKS.filter(({ name }) => only?.includes(name) ?? true)) {
    const figures = await progress.during(
      `${attack.name}: ${attack.title}`,
      (at) => measureAttack(attack, setup, at),
    );
    all.push(figures);
    console.log(render(figures));
  }
  const costs: (Throughput & { readonly name: string })[] = [];
  for (const cost of COSTS.filter(({ name }) => only?.includes(name) ?? true)) {
    const throughput = await progress.during(
      `${cost.name}: ${cost.title}`,
      (at) => cost.measure(setup, at),
    );
    costs.push({ name: cost.name, ...throughput });
    isUnharmed &&= throughput.part >= cost.leastPart;
    console.log(renderCost(cost, throughput));
  }
  if (json !== undefined) {
    await Deno.writeTextFile(json, JSON.stringify([...all, ...costs], null, 2) + "\n");
  }
  if (!all.every(isGood) || !isUnharmed) Deno.exit(1);
} catch (error) {
  progress.say(error instanceof Error ? error.message : String(error));
  Deno.exit(1);
}

function isGood({ bystanders, before, newPodMs, ended, differences, left }: Figures): boolean {
  const most = Math.max(bystanders.sent / 1_000, before.lost);
  return bystanders.lost <= most && newPodMs <= 2_000 &&
    [ended, differences, left].every(({ length }) => length === 0);
}

function render(figures: Figures): string {
  const { name, bystanders, before, newPodMs, memory, ended, differences, left, limits } = figures;
  const loss = ({ sent, lost }: Figures["before"]) => `${lost} of ${sent}`;
  const mb = Object.entries(memory).map(([program, most]) => `${program} ${most}`).join(", ");
  return [
    `${name}: ${isGood(figures) ? "ok" : "MISSED"}`,
    `  bystanders lost ${loss(bystanders)} (before: ${loss(before)})`,
    `  a new pod was reachable after ${Math.round(newPodMs)} ms`,
    `  most memory, MB: ${mb}`,
    `  ended: ${ended.join(", ") || "nothing"}`,
    `  not as before: ${some(differences)}`,
    `  of the attacker's addresses, when they have aged: ${some(left)}`,
    `  limits met: ${limits.join("; ") || "none"}`,
  ].join("\n");
}

/** The first ones, and how many there are. */
function some(lines: readonly string[]): string {
  if (lines.length === 0) return "nothing";
  return [`${lines.length}`, ...lines.slice(0, 3)].join("\n    ");
}

function renderCost({ name, noun, leastPart }: Cost, { without, with: during, part }: Throughput) {
  const [before, after] = [without, during].map(Math.round);
  const percent = (100 * part).toFixed(1);
  return `${name}: ${part >= leastPart ? "ok" : "MISSED"}\n` +
    `  ${before} Mbit/s without the ${noun}, ${after} with it; ` +
    `the median of the turns is ${percent} %`;
}

interface Options {
  readonly only?: readonly string[];
  readonly withoutLimits?: true;
  readonly root?: string;
  readonly json?: string;
}
