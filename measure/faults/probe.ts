// Frames with sequence numbers between two pods, both ways at once: which of them did not arrive.
import assert from "node:assert/strict";
import { type Conversation, converse } from "../../shared/process/exec.ts";
import type { Node } from "../../tests/fixture/cluster.ts";
import { inPod, type Pod } from "../../tests/fixture/pod.ts";
import sendAndReceive from "./probe.py" with { type: "text" };

/** 100 frames a second. */
export const PERIOD_MS = 10;
/** A time that is longer than any fault. */
const LIMIT_MS = 280_000;
const PORT = 9;

/** A pod with an address, on a node. */
export interface Place {
  readonly node: Node;
  readonly pod: Pod;
  readonly address: string;
}

/** The frames of one direction. */
export interface Flow {
  readonly sent: number;
  /** Sequence numbers, ascending. */
  readonly lost: readonly number[];
}

export interface Probe {
  /** How many have been sent so far, each way. */
  sent(): number;
  /** Ends it and answers both directions. */
  stop(): Promise<{ readonly toFirst: Flow; readonly fromFirst: Flow }>;
}

/** Frames that are under way when the last one has been sent arrive in this time, or never. */
const LATE_MS = 500;

/**
 * Starts to send frames between two pods. Their neighbour entries are set by hand, so no frame
 * waits for ARP.
 */
export async function startProbe(first: Place, second: Place): Promise<Probe> {
  const ends = await Promise.all([open(first, second), open(second, first)]);
  await tell(ends, "start");
  const started = performance.now();
  return {
    sent: () => Math.floor((performance.now() - started) / PERIOD_MS),
    async stop() {
      await tell(ends, "stop");
      const [sentByFirst, sentBySecond] = await Promise.all(ends.map(readNumber));
      await new Promise((resolve) => setTimeout(resolve, LATE_MS));
      await tell(ends, "end");
      const [atFirst, atSecond] = await Promise.all(ends.map(readNumbers));
      await Promise.all(ends.map((end) => end.end()));
      return {
        toFirst: compare(sentBySecond!, atFirst!),
        fromFirst: compare(sentByFirst!, atSecond!),
      };
    },
  };
}

async function open({ node, pod, address }: Place, peer: Place): Promise<Conversation> {
  const neighbour = [peer.address, "lladdr", peer.pod.mac, "dev", "net0", "nud", "permanent"];
  await inPod(node, pod, "ip", "neighbor", "replace", ...neighbour);
  const end = converse({
    // deno-fmt-ignore
    argv: [...node.enter, "nsenter", `--net=/run/netns/${pod.name}`,
      "python3", "-c", sendAndReceive, address, peer.address, `${PORT}`, `${PERIOD_MS / 1000}`],
    timeoutMs: LIMIT_MS,
  });
  assert.equal(await end?.readLine("stdout"), "ready");
  return end!;
}

async function tell(ends: readonly Conversation[], word: string): Promise<void> {
  await Promise.all(ends.map((end) => end.write(`${word}\n`)));
}

async function readNumber(end: Conversation): Promise<number> {
  return Number(await end.readLine("stdout"));
}

async function readNumbers(end: Conversation): Promise<number[]> {
  return JSON.parse(await end.readLine("stdout") ?? "[]");
}

function compare(sent: number, got: readonly number[]): Flow {
  const arrived = new Set(got);
  const lost = Array.from({ length: sent }, (_, at) => at).filter((at) => !arrived.has(at));
  return { sent, lost };
}
