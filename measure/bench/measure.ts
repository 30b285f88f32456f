// Times single calls and whole labs of every contender by turns, so that all meet the same load.
import type { Call } from "../../tests/fixture/calls.ts";
import { callMany, type RunOnNode, type Wanted } from "../../tests/fixture/many_calls.ts";
import type { At } from "../progress.ts";
import { type Contender, LABS_LANS } from "./contenders.ts";

/** Medians in ms. A figure is undefined where the contender does not do that. */
export interface CallFigures {
  readonly title: string;
  readonly add: number | undefined;
  readonly del: number | undefined;
  /** The ADD that makes a LAN, and the DEL that ends it. */
  readonly firstAdd: number | undefined;
  readonly lastDel: number | undefined;
}

/**
 * Has each contender make a LAN, join a second pod to it, take that pod away, and end the LAN. All
 * that is done `runs` times.
 */
export async function measureCalls(
  run: RunOnNode,
  contenders: readonly Contender[],
  runs: number,
  at: At,
): Promise<CallFigures[]> {
  await addPods(run, ["stays", "goes"]);
  const wanted = Array.from({ length: runs }, () =>
    contenders.flatMap((one) => [
      want(one, "ADD", "stays", LABS_LANS),
      want(one, "ADD", "goes", LABS_LANS),
      want(one, "DEL", "goes", LABS_LANS),
      want(one, "DEL", "stays", LABS_LANS),
    ])).flat();
  const { calls } = await callMany(run, wanted, 1, (ended) => at(`${ended} of ${wanted.length}`));
  refuseFailures(calls, wanted);
  const ms = calls.map((one) => one.ms);
  return contenders.map(({ title, alwaysStands }, at) => {
    const each = (step: number) =>
      median(ms.filter((_, index) => index % (4 * contenders.length) === 4 * at + step));
    return {
      title,
      add: each(1),
      del: each(2),
      firstAdd: alwaysStands ? undefined : each(0),
      lastDel: alwaysStands ? undefined : each(3),
    };
  });
}

/** Medians in ms, from the first call's start to the last one's end. */
export interface LabFigures {
  readonly title: string;
  readonly atATime: number;
  readonly add60: number;
  readonly del60: number;
}

const DEVICES = 60;

/** Makes 60 ADDs on 10 LANs, then 60 DELs, first 8 and then 30 at a time. */
export async function measureLabs(
  run: RunOnNode,
  contenders: readonly Contender[],
  labs: number,
  at: At,
): Promise<LabFigures[]> {
  const pods = Array.from({ length: DEVICES }, (_, at) => `d${at}`);
  await addPods(run, pods);
  const times = new Map<string, { readonly add: number[]; readonly del: number[] }>();
  const key = (title: string, atATime: number) => `${title} ${atATime}`;
  for (let lab = 0; lab < labs; lab++) {
    for (const atATime of [8, 30]) {
      for (const contender of contenders) {
        at(`lab ${lab + 1} of ${labs}, ${atATime} at a time, ${contender.title}`);
        const all = async (verb: string) => {
          const wanted = pods.map((pod, at) => want(contender, verb, pod, at % LABS_LANS));
          const { ms, calls } = await callMany(run, wanted, atATime);
          refuseFailures(calls, wanted);
          return ms;
        };
        const seen = times.get(key(contender.title, atATime)) ?? { add: [], del: [] };
        times.set(key(contender.title, atATime), seen);
        seen.add.push(await all("ADD"));
        seen.del.push(await all("DEL"));
      }
    }
  }
  return [8, 30].flatMap((atATime) =>
    contenders.map(({ title }) => {
      const { add, del } = times.get(key(title, atATime))!;
      return { title, atATime, add60: median(add)!, del60: median(del)! };
    })
  );
}

function want(contender: Contender, verb: string, pod: string, lan: number): Wanted {
  const call: Call = {
    verb,
    container: pod,
    netns: `/run/netns/${pod}`,
    ifname: "net0",
    config: contender.config(lan),
  };
  return { call, argv: contender.argv, ...(contender.env && { env: contender.env }) };
}

export async function addPods(run: RunOnNode, names: readonly string[]): Promise<void> {
  const script = `for name; do ip netns add "$name" || exit; done`;
  await run(["sh", "-c", script, "sh", ...names], {});
}

/** Throws with the first call that failed: a time without the work says nothing. */
export function refuseFailures(
  calls: readonly { readonly exitCode: number; readonly stdout: string }[],
  wanted: readonly Wanted[],
): void {
  const at = calls.findIndex(({ exitCode }) => exitCode !== 0);
  if (at < 0) return;
  const { call, argv } = wanted[at]!;
  throw new Error(`Cannot time ${argv[0]}: ${call.verb} answered ${calls[at]!.stdout}`);
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
