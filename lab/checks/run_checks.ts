// Checks a running lab: neighbours ping each other, and what lab.check expects comes true.
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import type { Expectation } from "../conf/lab_check.ts";
import type { RunningDevice } from "../devices/start.ts";
import { mapAtMost } from "../pool.ts";
import type { Progress } from "../progress.ts";
import { type Address, readAddresses } from "./addresses.ts";
import { type Pair, pairNeighbours } from "./pairs.ts";
import { type Outcome, succeedWithin } from "./until.ts";

export type PairOutcome = Pair & Outcome;
export type ExpectationOutcome = Expectation & Outcome;

/** A first frame may have to wait for EVPN and for ARP's retry; a startup may still be about to set addresses up. */
const PING_SECONDS = 30;
const PINGS_AT_A_TIME = 16;

/** Pings between all neighbours, from the first of each pair to the second. */
export async function checkNeighbours(
  running: readonly RunningDevice[],
  progress: Progress,
): Promise<PairOutcome[]> {
  const byName = indexByName(running);
  const addresses = new Map(
    await mapAtMost(
      PINGS_AT_A_TIME,
      running,
      async (device) => [device.device.name, await askAddresses(device)] as const,
    ),
  );
  const pairs = pairNeighbours(running.map(({ device }) => device), addresses);
  return await mapAtMost(PINGS_AT_A_TIME, pairs, async (pair) => {
    const { entry } = byName.get(pair.from.device)!;
    const ping = ["ping", "-n", "-c", "1", "-W", "1", "-I", pair.from.ifname, pair.to.address];
    const name = `a ping from ${pair.from.device} to ${pair.to.device} ${pair.to.address}`;
    const outcome = await progress.track(name, succeedWithin(PING_SECONDS, entry, ping));
    return { ...pair, ...outcome };
  });
}

/** Waits for every line of lab.check at once. */
export async function checkExpectations(
  running: readonly RunningDevice[],
  expectations: readonly Expectation[],
  progress: Progress,
): Promise<ExpectationOutcome[]> {
  const byName = indexByName(running);
  return await Promise.all(expectations.map(async (expectation) => {
    const { entry } = byName.get(expectation.device)!;
    const argv = ["bash", "-c", expectation.command];
    const name = `${expectation.device}: ${expectation.command}`;
    const outcome = await progress.track(name, succeedWithin(expectation.seconds, entry, argv));
    return { ...expectation, ...outcome };
  }));
}

async function askAddresses({ device, entry }: RunningDevice): Promise<Address[]> {
  const done = await run({ argv: [...entry.argv, "ip", "-json", "address", "show"] });
  if (done.reason !== "success") throw new Error(`Cannot check ${device.name}: ${describe(done)}`);
  return readAddresses(done.stdout);
}

function indexByName(running: readonly RunningDevice[]): Map<string, RunningDevice> {
  return new Map(running.map((one) => [one.device.name, one]));
}
