// Checks a running lab: neighbours ping each other, and what lab.check expects comes true.
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { scaled } from "../../shared/process/time_scale.ts";
import type { Expectation, PingRules } from "../conf/lab_check.ts";
import type { Entry } from "../devices/entry.ts";
import type { RunningDevice } from "../devices/start.ts";
import { mapAtMost } from "../pool.ts";
import type { Progress } from "../progress.ts";
import { type Address, readAddresses } from "./addresses.ts";
import { type Pair, pairNeighbours } from "./pairs.ts";
import { type Outcome, succeedWithin } from "./until.ts";

export interface PairOutcome extends Pair, Outcome {
  /** Whether the two must not reach each other. */
  readonly separate?: true;
}
export type ExpectationOutcome = Expectation & Outcome;

/**
 * A ping is tried for so long: its first frame may have to wait for EVPN and for ARP's retry, and a
 * startup may not have set its addresses up yet.
 */
const PING_SECONDS = 30;
/** An answer is waited for no longer: a first frame that was lost is to be sent again soon. */
const MOST_SECONDS = 5;
const PINGS_AT_A_TIME = 16;

/** What came of the pings, and of the devices that could not be asked for their addresses. */
export interface NeighbourOutcomes {
  readonly pairs: readonly PairOutcome[];
  readonly unasked: readonly ExpectationOutcome[];
}

/**
 * Pings between all neighbours, from the first of each pair to the second. The pairs that must not
 * reach each other come last.
 */
export async function checkNeighbours(
  running: readonly RunningDevice[],
  { pinged, separate }: PingRules,
  progress: Progress,
): Promise<NeighbourOutcomes> {
  if (!pinged && separate.length === 0) return { pairs: [], unasked: [] };
  const byName = indexByName(running);
  const asked = await mapAtMost(PINGS_AT_A_TIME, running, askAddresses);
  const addresses = new Map(
    asked.flatMap(({ device, found }) => found === undefined ? [] : [[device, found] as const]),
  );
  const isSeparate = ({ from, to }: Pair) =>
    separate.some((pair) => pair.includes(from.device) && pair.includes(to.device));
  const pairs = pairNeighbours(running.map(({ device }) => device), addresses);
  const reached = await mapAtMost(
    PINGS_AT_A_TIME,
    pairs.filter((pair) => pinged && !isSeparate(pair)),
    async (pair) => {
      const { entry } = byName.get(pair.from.device)!;
      const outcome = await progress.track(
        nameOf(pair),
        succeedWithin(PING_SECONDS, entry, ping(pair, 1)),
      );
      return { ...pair, ...outcome };
    },
  );
  const kept = await mapAtMost(PINGS_AT_A_TIME, pairs.filter(isSeparate), async (pair) => {
    const { entry } = byName.get(pair.from.device)!;
    const outcome = await progress.track(nameOf(pair), tryOnce(entry, ping(pair, 3)));
    return { ...pair, ...outcome, ok: !outcome.ok, separate: true as const };
  });
  return { pairs: [...reached, ...kept], unasked: asked.flatMap(({ failed }) => failed ?? []) };
}

function ping({ from, to }: Pair, count: number): string[] {
  const options = ["-n", "-c", `${count}`, "-W", `${Math.min(scaled(1), MOST_SECONDS)}`];
  return ["ping", ...options, "-I", from.ifname, to.address];
}

function nameOf({ from, to }: Pair): string {
  return `a ping from ${from.device} to ${to.device} ${to.address}`;
}

async function tryOnce({ argv, env }: Entry, command: readonly string[]): Promise<Outcome> {
  const done = await run({ argv: [...argv, ...command], env, mayBeCut: true });
  return {
    ok: done.reason === "success",
    ms: Math.round(done.ms),
    output: (done.stdout + done.stderr).trim(),
  };
}

/** Waits for every line of lab.check at once. */
export async function checkExpectations(
  running: readonly RunningDevice[],
  expectations: readonly Expectation[],
  progress: Progress,
): Promise<ExpectationOutcome[]> {
  const byName = indexByName(running);
  return await Promise.all(expectations.map(async (expectation) => {
    const entry = byName.get(expectation.device)?.entry;
    if (entry === undefined) {
      return { ...expectation, ok: false, ms: 0, output: "the device was not started" };
    }
    const argv = ["bash", "-c", expectation.command];
    const name = `${expectation.device}: ${expectation.command}`;
    const outcome = await progress.track(name, succeedWithin(expectation.seconds, entry, argv));
    return { ...expectation, ...outcome };
  }));
}

interface Asked {
  readonly device: string;
  readonly found?: Address[];
  readonly failed?: ExpectationOutcome;
}

async function askAddresses({ device, entry }: RunningDevice): Promise<Asked> {
  const command = ["ip", "-json", "address", "show"];
  const done = await run({ argv: [...entry.argv, ...command], env: entry.env, mayBeCut: true });
  if (done.reason === "success") {
    try {
      return { device: device.name, found: readAddresses(done.stdout) };
    } catch {
      // A device may have any program under the name `ip`, and its output may be any text.
    }
  }
  const expectation = { device: device.name, seconds: 0, command: command.join(" ") };
  const output = describe({ ...done, argv: command });
  const failed = { ...expectation, ok: false, ms: Math.round(done.ms), output };
  return { device: device.name, failed };
}

function indexByName(running: readonly RunningDevice[]): Map<string, RunningDevice> {
  return new Map(running.map((one) => [one.device.name, one]));
}
