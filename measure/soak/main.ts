// `deno task soak`: makes calls for long on a worker, and looks whether anything stays behind.
import { Command, InvalidArgumentError } from "commander";
import { HOST_ARCH } from "../../tools/arch.ts";
import { ensureBuilt } from "../../tools/build.ts";
import { ensurePackages } from "../../tools/debian.ts";
import { labPackages } from "../../tools/packages.ts";
import { startResidentNode } from "../../tests/fixture/resident_node.ts";
import type { Usage } from "../../tests/fixture/usage.ts";
import { Progress } from "../progress.ts";
import { addContainers, churn } from "./churn.ts";
import { findGrowth, type Growth } from "./flat.ts";
import { CONTAINERS, LANS } from "./model.ts";
import { seeded } from "./random.ts";
import { HEADING, renderRound } from "./report.ts";
import { addLans, KEEP_EMPTY } from "./standing.ts";

const CALLS_A_ROUND = 500;
/** Rounds before the first one that counts: in them V8 and the allocator take what they need. */
const WARM_UP_ROUNDS = 2;

const progress = new Progress();
const context = { env: Deno.env.toObject(), log: progress.say };

interface Options {
  readonly minutes: number;
  readonly calls?: number;
  readonly lans: number;
  readonly seed?: number;
}

const program = new Command("deno task soak")
  .description(
    `Makes random calls on ${LANS} LANs, ${CONTAINERS} at a time, by launcher and binary, as root, ` +
      `in namespaces. After every ${CALLS_A_ROUND} calls the kernel is compared with a model. ` +
      "The exit code is 1 when an answer is wrong or something has grown.",
  )
  .option("--minutes <n>", "how long", toNumber, 10)
  .option("--calls <n>", "how many calls, instead of --minutes", toNumber)
  .option("--lans <n>", "LANs that stand beside those that come and go", toNumber, 0)
  .option("--seed <n>", "that of an earlier run, for the same calls", toNumber);

try {
  const options = program.parse(Deno.args, { from: "user" }).opts<Options>();
  await ensurePackages(labPackages, context);
  await ensureBuilt([HOST_ARCH], context);
  const grown = await soak(options);
  for (const { name, from, to } of grown) console.log(`${name} has grown from ${from} to ${to}`);
  if (grown.length > 0) Deno.exit(1);
  console.log("Every call was answered as it should be, and nothing has grown.");
} catch (error) {
  progress.say(error instanceof Error ? error.message : String(error));
  Deno.exit(1);
}

async function soak({ minutes, calls, lans, seed = randomSeed() }: Options): Promise<Growth[]> {
  await using worker = await startResidentNode({ settings: KEEP_EMPTY });
  await addContainers(worker.node);
  await progress.during(`${lans} LANs are made`, () => addLans(worker.node, lans));
  console.log(`seed ${seed}\n${HEADING}`);
  const random = seeded(seed);
  const started = performance.now();
  const samples: Usage[] = [];
  return await progress.during("random calls", async (at) => {
    while (true) {
      const made = samples.length * CALLS_A_ROUND;
      const round = await churn(
        worker,
        CALLS_A_ROUND,
        random,
        (where) => at(`after ${made}: ${where}`),
      );
      samples.push(round.usage);
      const all = made + CALLS_A_ROUND;
      const seconds = (performance.now() - started) / 1000;
      console.log(renderRound(round, all, seconds));
      const isOver = calls === undefined ? seconds >= minutes * 60 : all >= calls;
      if (isOver) return findGrowth(samples.slice(WARM_UP_ROUNDS));
    }
  });
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

function toNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError("It must be a number.");
  return Number(text);
}
