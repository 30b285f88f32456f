// `deno task moves`: how soon traffic follows a MAC address that moves from node to node.
import { Command, InvalidArgumentError } from "commander";
import { HOST_ARCH } from "../../tools/arch.ts";
import { ensureBuilt } from "../../tools/build.ts";
import { ensurePackages } from "../../tools/debian.ts";
import { findRoot } from "../../tools/debian_root.ts";
import { faultPackages } from "../../tools/packages.ts";
import { Progress } from "../progress.ts";
import { toCount } from "../to_count.ts";
import { measureMoves, type Moves, type Options, SENDERS } from "./measure.ts";

const progress = new Progress();
const context = { env: Deno.env.toObject(), log: progress.say };

/**
 * Half of the moves are followed within so many ms of the first frame from the new place. Without
 * hints, bgpd holds each route for 50 ms, on the worker and again on the reflector.
 */
const GOAL_MS = { on: 50, off: 250 } as const;

const program = new Command("deno task moves")
  .description(
    "Moves a MAC address to and fro between two workers of a cluster of namespaces, as root, while " +
      "pods on both\nand on a third send to it. Ends with 1 when a move is not followed within " +
      `${GOAL_MS.off} ms, and half of them\nwithin ${GOAL_MS.on} ms with hints, when two other pods ` +
      "lose a frame, or when the address is\nnot where it was last.",
  )
  .option("--moves <n>", "how often it moves", toCount, 40)
  .option("--every <ms>", "time from one move to the next", toCount, 2_100)
  .option("--hints <on or off>", "whether workers tell each other of moves", toChoice, "on")
  .option("--root <suite or folder>", "of the nodes: another Debian, such as forky")
  .option("--json <file>", "write the figures there, too");

try {
  const { json, root, ...rest } = program.parse(Deno.args, { from: "user" })
    .opts<Options & { json?: string }>();
  await ensurePackages(faultPackages, context);
  await ensureBuilt([HOST_ARCH], context);
  const options = { ...rest, ...(root !== undefined && { root: await findRoot(root, context) }) };
  const moves = await progress.during(
    `${options.moves} moves, one each ${options.every} ms`,
    (at) => measureMoves(options, at),
  );
  console.log(render(moves));
  if (json !== undefined) await Deno.writeTextFile(json, JSON.stringify(moves, null, 2) + "\n");
  if (!isGood(moves, GOAL_MS[options.hints])) Deno.exit(1);
} catch (error) {
  progress.say(error instanceof Error ? error.message : String(error));
  Deno.exit(1);
}

function isGood({ followed, moves, lost, isSettled }: Moves, goalMs: number): boolean {
  const within = (sender: typeof SENDERS[number], most: number) =>
    followed[sender].filter((ms) => ms <= most).length;
  const isLate = SENDERS.some((sender) =>
    within(sender, goalMs) < moves / 2 || within(sender, GOAL_MS.off) < moves
  );
  return !isLate && lost <= 1 && isSettled;
}

function render({ moves, followed, lost, sent, isSettled }: Moves): string {
  return [
    `moves                     ${moves}`,
    ...SENDERS.map((sender) => {
      const sorted = followed[sender].toSorted((one, other) => one - other);
      const at = (part: number) =>
        sorted[Math.min(Math.floor(part * sorted.length), sorted.length - 1)];
      const ms = `median ${at(0.5)} ms, 99 % ${at(0.99)} ms, most ${at(1)} ms`;
      return `${`from ${sender}`.padEnd(26)}${sorted.length} followed: ${ms}`;
    }),
    `frames of others          ${lost} of ${sent} lost`,
    `the address afterwards    ${
      isSettled ? "where it was last, on every node" : "NOT where it was"
    }`,
  ].join("\n");
}

function toChoice(text: string): "on" | "off" {
  if (text !== "on" && text !== "off") throw new InvalidArgumentError("It must be on or off.");
  return text;
}
