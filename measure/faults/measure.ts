// Makes one fault happen under traffic, and finds out what it has cost.
import { sleep } from "../../shared/process/time.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import type { At } from "../progress.ts";
import { startFaultCluster } from "./fault_cluster.ts";
import type { Fault, Limits } from "./faults.ts";
import { type Flow, PERIOD_MS, startProbe } from "./probe.ts";

export interface Figures {
  readonly name: string;
  readonly title: string;
  /** For how long what was hit was away, in ms. */
  readonly downMs: number;
  readonly limits: Limits;
  /** Frames lost towards the faulted node, and from it. */
  readonly towards: Loss;
  readonly from: Loss;
  /**
   * Entries of both nodes that differ from before, at the latest 30 s after the fault: "- gone" and
   * "+ new".
   */
  readonly differences: readonly string[];
}

export interface Loss {
  readonly sent: number;
  readonly lost: number;
  /** Time that as many frames take, in ms. */
  readonly ms: number;
}

/** Traffic without a fault, before it, in ms. */
const BEFORE_MS = 1_000;
/** How long, in ms, all must have been as before. */
const CALM_MS = 1_000;
const SETTLE_SECONDS = 30;

/**
 * Starts a cluster of nodes with that root, makes the fault happen, waits until all is as before,
 * and counts the lost frames.
 */
export async function measureFault(
  { name, title, limits, inject, env }: Fault,
  root?: string,
  at: At = () => {},
): Promise<Figures> {
  at("the nodes start");
  await using cluster = await startFaultCluster(root, env);
  const observe = async () => {
    const observed = await Promise.all(cluster.workers.map(async (worker) => {
      const [sessions, entries] = [await worker.sessions(), await worker.entries()];
      const all = [`${sessions} sessions`, ...entries];
      return all.map((line) => `${worker.node.name}: ${line}`);
    }));
    return observed.flat();
  };
  const before = await observe();
  const probe = await startProbe(...cluster.places);
  await sleep(BEFORE_MS);
  at("the fault happens");
  const downMs = await inject(cluster);
  at("all is to be as before");
  let calmSince: number | undefined;
  let differences: string[] = [];
  try {
    await eventually(
      async () => {
        differences = compare(before, await observe());
        const now = performance.now();
        calmSince = differences.length === 0 ? calmSince ?? now : undefined;
        return calmSince !== undefined && now - calmSince >= CALM_MS;
      },
      SETTLE_SECONDS,
      "",
    );
  } catch {
    // The differences that are read below say it.
  }
  const { toFirst, fromFirst } = await probe.stop();
  const [towards, from] = [toLoss(toFirst), toLoss(fromFirst)];
  return { name, title, downMs, limits: limits(downMs), towards, from, differences };
}

function compare(before: readonly string[], after: readonly string[]): string[] {
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
}

function toLoss({ sent, lost }: Flow): Loss {
  return { sent, lost: lost.length, ms: lost.length * PERIOD_MS };
}
