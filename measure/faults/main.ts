// `deno task faults`: what each fault of a worker or a reflector costs in frames, and its goal.
import { Command, Option } from "commander";
import { HOST_ARCH } from "../../tools/arch.ts";
import { ensureBuilt } from "../../tools/build.ts";
import { ensurePackages } from "../../tools/debian.ts";
import { findRoot } from "../../tools/debian_root.ts";
import { faultPackages } from "../../tools/packages.ts";
import { Progress } from "../progress.ts";
import { FAULTS } from "./faults.ts";
import { type Figures, measureFault } from "./measure.ts";
import { judge, renderReport } from "./report.ts";

const progress = new Progress();
const context = { env: Deno.env.toObject(), log: progress.say };

const program = new Command("deno task faults")
  .description(
    "Makes faults happen in a cluster of namespaces, as root, while 100 frames/s go each way, " +
      "and counts the frames that are lost.\n" +
      "A: towards the faulted node. B: from it. Ends with 1 when a goal is missed.",
  )
  .addOption(
    new Option("--only <name...>", "just these").choices(FAULTS.map(({ name }) => name)),
  )
  .option("--root <suite or folder>", "of the nodes: another Debian, such as forky")
  .option("--json <file>", "write the figures there, too");

try {
  const { only, root, json } = program.parse(Deno.args, { from: "user" }).opts<Options>();
  await ensurePackages(faultPackages, context);
  await ensureBuilt([HOST_ARCH], context);
  const nodes = root === undefined ? undefined : await findRoot(root, context);
  const all: Figures[] = [];
  for (const fault of FAULTS.filter(({ name }) => only?.includes(name) ?? true)) {
    const title = `${fault.name}: ${fault.title}`;
    all.push(await progress.during(title, (at) => measureFault(fault, nodes, at)));
  }
  console.log(renderReport(all));
  if (json !== undefined) {
    const figures = { at: new Date().toISOString(), faults: all };
    await Deno.writeTextFile(json, JSON.stringify(figures, null, 2) + "\n");
  }
  if (!all.every((figures) => judge(figures).ok)) Deno.exit(1);
} catch (error) {
  progress.say(error instanceof Error ? error.message : String(error));
  Deno.exit(1);
}

interface Options {
  readonly only?: readonly string[];
  readonly root?: string;
  readonly json?: string;
}
