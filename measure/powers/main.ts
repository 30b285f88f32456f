// `deno task powers`: takes away each power of Megalos once, and tells what then fails.
import { Command } from "commander";
import { mapAtMost } from "../../lab/pool.ts";
import { HOST_ARCH } from "../../tools/arch.ts";
import { ensureBuilt } from "../../tools/build.ts";
import { ensurePackages } from "../../tools/debian.ts";
import { faultPackages } from "../../tools/packages.ts";
import { setTimeScale, TIME_SCALE } from "../../shared/process/time_scale.ts";
import { Progress } from "../progress.ts";
import { confined, loadProfile } from "./apparmor.ts";
import { describeHolder, listPowers, type Power, reasonFor } from "./powers.ts";
import { findNeed } from "./scenario.ts";

// `MEGALOS_TIME_SCALE=3` gives a busy machine time, so that a step fails for want of a power alone.
setTimeScale(Deno.env.get(TIME_SCALE));

const HOLDERS = [...new Set(listPowers().map(({ holder }) => describeHolder(holder)))];
const progress = new Progress();
const context = { env: Deno.env.toObject(), log: progress.say };

const program = new Command("deno task powers")
  .description(
    "Runs a worker's life in a cluster of namespaces, as root, once with every power and once " +
      "without each: capabilities and mounts of the manifest's containers, Deno's permissions of " +
      `the programs.\nHolders: ${HOLDERS.map((name) => `"${name}"`).join(", ")}\n\n` +
      "Ends with 1 when a power is not missed and has no other reason to be there, or when the life " +
      "fails with all of them.",
  )
  .option("--only <word...>", "powers whose holder, kind or name is one of these words")
  .option("--root <folder>", "of the nodes: a Debian with another FRR; containers' powers alone")
  .option(
    "--apparmor",
    "all powers, in containers with the AppArmor profile that containerd gives them; nothing else",
    false,
  )
  .option("--at-a-time <n>", "lives at a time", Number, 2)
  .option("--json", "print the results as JSON", false);

try {
  const options = program.parse(Deno.args, { from: "user" }).opts<Options>();
  const { only, root, apparmor, atATime, json } = options;
  await ensurePackages(faultPackages, context);
  await ensureBuilt([HOST_ARCH], context);
  await using _profile = apparmor ? await loadProfile() : undefined;
  const broken = await progress.during(
    `a life with all powers${apparmor ? ", confined by AppArmor" : ""}`,
    (at) => findNeed(undefined, { root, ...apparmor && { profile: confined } }, at),
  );
  if (broken !== undefined) {
    throw new Error(`Cannot measure powers: with all of them this fails: ${broken}`);
  }
  const powers = apparmor ? [] : listPowers()
    .filter((power) => root === undefined || "role" in power.holder)
    .filter((power) => only?.some((word) => isMeant(power, word)) ?? true);
  let done = 0;
  const needs = await mapAtMost(atATime, powers, async (power) => {
    const title = `${describeHolder(power.holder)}: ${power.kind} ${power.name}`;
    const need = await progress.during(
      `without ${title}`,
      (at) => findNeed(power, { root }, at),
    );
    const reason = need === undefined ? reasonFor(power) ?? null : null;
    const what = need ?? `not missed${reason === null ? "" : `; it is there so that ${reason}`}`;
    progress.say(`${++done} of ${powers.length}: ${title}: ${what}`);
    return { ...power, holder: describeHolder(power.holder), need: need ?? null, reason };
  });
  if (json) console.log(JSON.stringify(needs, null, 2));
  else {
    console.log("| who | power | what fails without it |\n| --- | --- | --- |");
    for (const { holder, kind, name, need, reason } of needs) {
      const nothing = `**nothing**${reason === null ? "" : `, but ${reason}`}`;
      const what = need?.replace(/ \(.*/, "") ?? nothing;
      console.log(`| ${holder} | ${kind} \`${name}\` | ${what} |`);
    }
  }
  if (needs.some(({ need, reason }) => need === null && reason === null)) Deno.exitCode = 1;
} catch (error) {
  progress.say(error instanceof Error ? error.message : `${error}`);
  Deno.exit(1);
}

interface Options {
  readonly only?: readonly string[];
  readonly root?: string;
  readonly apparmor: boolean;
  readonly atATime: number;
  readonly json: boolean;
}

function isMeant({ holder, kind, name }: Power, word: string): boolean {
  return [describeHolder(holder), kind, name].includes(word);
}
