// `deno task moves`: how soon traffic follows a MAC address that moves from node to node.
import { Command, InvalidArgumentError } from "commander";
import { HOST_ARCH } from "../../tools/arch.ts";
import { ensureBuilt } from "../../tools/build.ts";
import { ensurePackages } from "../../tools/debian.ts";
import { faultPackages } from "../../tools/packages.ts";
import { measureMoves, type Moves } from "./measure.ts";

const context = { env: Deno.env.toObject(), log: (line: string) => console.error(line) };

/**
 * Traffic follows within so many ms of the first frame from the new place. bgpd holds each route
 * for 50 ms, on the worker and again on the reflector, and no setting changes that.
 */
const GOAL_MS = 250;

const program = new Command("deno task moves")
  .description(
    "Moves a MAC address to and fro between two workers of a cluster of namespaces, as root, while " +
      `a pod on a third\nsends to it. Ends with 1 when traffic does not follow within ${GOAL_MS} ms, ` +
      "when two other pods lose a frame,\nor when the address is not where it was last.",
  )
  .option("--moves <n>", "how often it moves", toCount, 200)
  .option("--every <ms>", "time from one move to the next", toCount, 300)
  .option("--root <dir>", "the nodes run on another Debian, which is unpacked there")
  .option("--json <file>", "write the figures there, too");

try {
  const { json, ...options } = program.parse(Deno.args, { from: "user" })
    .opts<{ moves: number; every: number; root?: string; json?: string }>();
  await ensurePackages(faultPackages, context);
  await ensureBuilt([HOST_ARCH], context);
  const moves = await measureMoves(options, context.log);
  console.log(render(moves));
  if (json !== undefined) await Deno.writeTextFile(json, JSON.stringify(moves, null, 2) + "\n");
  if (!isGood(moves)) Deno.exit(1);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}

function isGood({ followed, moves, lost, isSettled }: Moves): boolean {
  const late = followed.filter((ms) => ms > GOAL_MS).length + moves - followed.length;
  return late === 0 && lost <= 1 && isSettled;
}

function render({ moves, followed, lost, sent, isSettled }: Moves): string {
  const sorted = followed.toSorted((one, other) => one - other);
  const at = (part: number) =>
    sorted[Math.min(Math.floor(part * sorted.length), sorted.length - 1)];
  return [
    `moves                     ${moves}, followed ${followed.length}`,
    `followed after, in ms     median ${at(0.5)}, 99 % ${at(0.99)}, most ${at(1)}`,
    `frames of others          ${lost} of ${sent} lost`,
    `the address afterwards    ${
      isSettled ? "where it was last, on every node" : "NOT where it was"
    }`,
  ].join("\n");
}

function toCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("It must be a number.");
  return Number(text);
}
