// `deno task attacks`: what an attack by one device costs twenty LANs of other people.
import { Command, Option } from "commander";
import { HOST_ARCH } from "../../tools/arch.ts";
import { ensureBuilt } from "../../tools/build.ts";
import { ensurePackages } from "../../tools/debian.ts";
import { faultPackages } from "../../tools/packages.ts";
import { setTimeScale, TIME_SCALE } from "../../shared/process/time_scale.ts";
import { ATTACKS } from "./attacks.ts";
import { type Figures, measureAttack } from "./measure.ts";
import { measureThroughput, type Throughput } from "./throughput.ts";

/** Measured beside the attacks. */
const THROUGHPUT = "throughput";

// `MEGALOS_TIME_SCALE=3` gives a busy machine time to start.
setTimeScale(Deno.env.get(TIME_SCALE));

/** Of the throughput without a loop. */
const LEAST_PART = 0.95;

const context = { env: Deno.env.toObject(), log: (line: string) => console.error(line) };

const program = new Command("deno task attacks")
  .description(
    "Attacks one LAN in a cluster of namespaces, as root, while twenty other LANs talk across two " +
      "workers,\nand tells what they have lost. Ends with 1 when a goal is missed: at most 0.1 % " +
      "lost, a new pod\nreachable within 2 s, no program ended, all as before 30 s after, and with a " +
      "loop in one LAN at least\n95 % of a transfer's throughput in another.",
  )
  .addOption(
    new Option("--only <name...>", "just these").choices([
      ...ATTACKS.map(({ name }) => name),
      THROUGHPUT,
    ]),
  )
  .option("--without-limits", "turn the limits off, to see what they are for")
  .option("--json <file>", "write the figures there, too");

try {
  const { only, withoutLimits, json } = program.parse(Deno.args, { from: "user" }).opts<Options>();
  await ensurePackages(faultPackages, context);
  await ensureBuilt([HOST_ARCH], context);
  const env: Record<string, string> = withoutLimits
    ? { MEGALOS_MAX_MACS: "0", MEGALOS_STORM_LIMIT: "0" }
    : {};
  const all: Figures[] = [];
  for (const attack of ATTACKS.filter(({ name }) => only?.includes(name) ?? true)) {
    context.log(`${attack.name}: ${attack.title}`);
    const figures = await measureAttack(attack, env);
    all.push(figures);
    console.log(render(figures));
  }
  let throughput: Throughput | undefined;
  if (only?.includes(THROUGHPUT) ?? true) {
    context.log(`${THROUGHPUT}: a transfer in one LAN, and a loop through two others`);
    throughput = await measureThroughput(env);
    console.log(renderThroughput(throughput));
  }
  if (json !== undefined) {
    const figures = throughput === undefined ? all : [...all, { name: THROUGHPUT, ...throughput }];
    await Deno.writeTextFile(json, JSON.stringify(figures, null, 2) + "\n");
  }
  const isUnharmed = throughput === undefined || throughput.part >= LEAST_PART;
  if (!all.every(isGood) || !isUnharmed) Deno.exit(1);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}

function isGood({ bystanders, before, newPodMs, ended, differences }: Figures): boolean {
  const most = Math.max(bystanders.sent / 1_000, before.lost);
  return bystanders.lost <= most && newPodMs <= 2_000 && ended.length === 0 &&
    differences.length === 0;
}

function render(figures: Figures): string {
  const { name, bystanders, before, newPodMs, memory, ended, differences, limits } = figures;
  const loss = ({ sent, lost }: Figures["before"]) => `${lost} of ${sent}`;
  const mb = Object.entries(memory).map(([program, most]) => `${program} ${most}`).join(", ");
  return [
    `${name}: ${isGood(figures) ? "ok" : "MISSED"}`,
    `  bystanders lost ${loss(bystanders)} (before: ${loss(before)})`,
    `  a new pod was reachable after ${Math.round(newPodMs)} ms`,
    `  most memory, MB: ${mb}`,
    `  ended: ${ended.join(", ") || "nothing"}; not as before: ${differences.length} entries`,
    `  limits met: ${limits.join("; ") || "none"}`,
  ].join("\n");
}

function renderThroughput({ without, with: loop, part }: Throughput): string {
  const [before, after] = [without, loop].map(Math.round);
  const percent = (100 * part).toFixed(1);
  return `${THROUGHPUT}: ${part >= LEAST_PART ? "ok" : "MISSED"}\n` +
    `  ${before} Mbit/s without the loop, ${after} with it; the median of the turns is ${percent} %`;
}

interface Options {
  readonly only?: readonly string[];
  readonly withoutLimits?: true;
  readonly json?: string;
}
