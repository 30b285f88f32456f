// `deno task routes`: what many MAC addresses of another node cost a worker.
import { Command } from "commander";
import { HOST_ARCH } from "../../tools/arch.ts";
import { ensureBuilt } from "../../tools/build.ts";
import { ensurePackages } from "../../tools/debian.ts";
import { faultPackages } from "../../tools/packages.ts";
import { setTimeScale, TIME_SCALE } from "../../shared/process/time_scale.ts";
import { Progress } from "../progress.ts";
import { toCount } from "../to_count.ts";
import { measureRoutes } from "./measure.ts";

const progress = new Progress();
const context = { env: Deno.env.toObject(), log: progress.say };
// More routes take longer than a test may.
setTimeScale(Deno.env.get(TIME_SCALE) ?? "3");

const program = new Command("deno task routes")
  .description(
    "Has a BGP speaker announce MAC addresses of one LAN to a reflector and a worker, as root, in " +
      "namespaces,\nand tells what the worker's manager needs. Ends with 1 when that is more than " +
      "150 MB,\nor when the manager once counted as stuck.",
  )
  .option("--macs <n>", "MAC addresses", toCount, 500_000);

/** MB of a manager. */
const MOST_MB = 150;

try {
  const { macs } = program.parse(Deno.args, { from: "user" }).opts<{ macs: number }>();
  await ensurePackages(faultPackages, context);
  await ensureBuilt([HOST_ARCH], context);
  const { before, most, probes, idle, oneMoreMs } = await progress.during(
    `${macs} routes`,
    (at) => measureRoutes(macs, at),
  );
  console.log(
    `most memory, MB: manager ${most.manager} (before: ${before.manager}), ` +
      `bgpd ${most.bgpd}, zebra ${most.zebra}`,
  );
  console.log(`while it listed them, it was alive at ${probes.alive} of ${probes.asked} probes`);
  console.log(`manager, when nothing changes: ${idle.toFixed(2)} % of a core`);
  console.log(`one address more is in the kernel after ${Math.round(oneMoreMs)} ms`);
  if (!(most.manager! <= MOST_MB) || probes.alive < probes.asked) Deno.exit(1);
} catch (error) {
  progress.say(error instanceof Error ? error.message : String(error));
  Deno.exit(1);
}
