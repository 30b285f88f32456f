// `deno task bench`: how long calls take, side by side, and what many calls cost the manager.
import { Command, InvalidArgumentError } from "commander";
import { HOST_ARCH } from "../../tools/arch.ts";
import { ensureBuilt } from "../../tools/build.ts";
import { ensurePackages } from "../../tools/debian.ts";
import { labPackages } from "../../tools/packages.ts";
import { startResidentNode } from "../../tests/fixture/resident_node.ts";
import { Progress } from "../progress.ts";
import { furnish, listContenders } from "./contenders.ts";
import { measureCalls, measureLabs } from "./measure.ts";
import { measureManager } from "./measure_manager.ts";
import { renderReport } from "./report.ts";

const progress = new Progress();
const context = { env: Deno.env.toObject(), log: progress.say };

const program = new Command("deno task bench")
  .description(
    "Times CNI calls by every way of this project and by others, in turn (A B C A B C ...). " +
      "It runs as root, in namespaces.",
  )
  .option("--runs <n>", "how often each single call is made by each contender", toCount, 40)
  .option("--labs <n>", "how often 60 ADDs and 60 DELs are made by each contender", toCount, 3)
  .option("--calls <n>", "calls after which the manager's memory is looked at", toCount, 2_000)
  .option("--lans <n>", "LANs with which the manager's memory is looked at", toCount, 500)
  .option("--original <path>", "the Go original, as one more contender")
  .option("--json <file>", "write the figures there, too");

try {
  const { runs, labs, calls, lans, original, json } = program.parse(Deno.args, { from: "user" })
    .opts<{ [name in "runs" | "labs" | "calls" | "lans"]: number } & Paths>();
  await ensurePackages([...labPackages, "containernetworking-plugins"], context);
  await ensureBuilt([HOST_ARCH], context);
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  const contenders = listContenders(original);
  await furnish(node);
  const figures = {
    at: new Date().toISOString(),
    runs,
    calls: await progress.during(
      "single calls",
      (at) => measureCalls(node.run, contenders, runs, at),
    ),
    labs: await progress.during("labs", (at) => measureLabs(node.run, contenders, labs, at)),
    manager: await progress.during(
      "what the manager needs",
      (at) => measureManager(node, manager.pid, { calls, lans }, at),
    ),
  };
  console.log(renderReport(figures));
  if (json !== undefined) {
    await Deno.writeTextFile(json, JSON.stringify(figures, null, 2) + "\n");
  }
} catch (error) {
  progress.say(error instanceof Error ? error.message : String(error));
  Deno.exit(1);
}

interface Paths {
  readonly original?: string;
  readonly json?: string;
}

function toCount(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError("It must be a number.");
  return Number(text);
}
