// Has the kernel ask often for the reflectors' next hops while no session is up.
// So bgpd gets through as soon as a cut is over.
import * as z from "zod";
import { readArrays } from "../../shared/process/answers.ts";
import { run } from "../../shared/process/exec.ts";
import { batch } from "../../shared/iproute2/batch.ts";
import { ip, type IpCommand } from "../../shared/iproute2/words.ts";
import { sleep } from "../../shared/process/time.ts";
import type { Duty } from "../loop/duty.ts";
import { isUp } from "../loop/news.ts";
import type { Observation } from "../loop/observation.ts";

/**
 * Pause (ms) between two questions. The kernel by itself asks once a second, and after the third
 * question drops what waits for the answer (arp(7)).
 */
const AGAIN_MS = 100;
/**
 * After so long (ms) the kernel is left alone: each question is a broadcast, and other programs
 * wait for its "unreachable".
 */
const HURRY_MS = 60_000;

/** A neighbour of this node on one of its links. */
export interface NextHop {
  readonly address: string;
  readonly device: string;
}

/** What is asked of the kernel. */
export interface NextHopHost {
  /** The way to each of these addresses; one that has none is not in it. */
  findRoutes(addresses: readonly string[]): Promise<NextHop[]>;
  /** The neighbours that the kernel is asking for. */
  listUnresolved(): Promise<NextHop[]>;
  /** Asks for them at once; what waits for them goes on waiting. */
  askAgain(hops: readonly NextHop[]): Promise<void>;
}

/** Follows the sessions from look to look, and asks for a minute when none is up any more. */
export class NextHopAsker implements Duty, AsyncDisposable {
  readonly name = "ask for the reflectors' next hops";
  #wanted: readonly NextHop[] = [];
  #asking: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined;

  constructor(private readonly host: NextHopHost = systemNextHopHost) {}

  /** One look. It costs nothing where a session is Established. */
  async look({ sessions }: Pick<Observation, "sessions">): Promise<void> {
    if (sessions.length === 0 || sessions.some(isUp)) {
      return await this[Symbol.asyncDispose]();
    }
    this.#wanted = await this.host.findRoutes(sessions.map(({ peer }) => peer));
    if (this.#asking !== undefined) return;
    const stop = new AbortController();
    this.#asking = { stop, ended: this.#ask(stop.signal) };
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const started = performance.now();
    while (!signal.aborted && performance.now() - started < HURRY_MS) {
      // What fails now is tried again soon, and only speeds up what the kernel does by itself.
      await this.#askOnce().catch(() => {});
      await sleep(AGAIN_MS, signal);
    }
  }

  async #askOnce(): Promise<void> {
    const unresolved = (await this.host.listUnresolved()).filter((one) =>
      this.#wanted.some((hop) => hop.address === one.address && hop.device === one.device)
    );
    if (unresolved.length > 0) await this.host.askAgain(unresolved);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const asking = this.#asking;
    this.#asking = undefined;
    asking?.stop.abort();
    await asking?.ended;
  }
}

const systemNextHopHost: NextHopHost = {
  async findRoutes(addresses) {
    return parseHops(await ask(addresses.map((address) => ip`route get ${address}`)));
  },

  async listUnresolved() {
    return parseHops(await ask([ip`neigh show nud incomplete`]));
  },

  // An entry without a state keeps its queue, and its next use begins with a question again
  // (__neigh_update, __neigh_event_send).
  async askAgain(hops) {
    await ask(hops.flatMap(({ address, device }) => [
      ip`neigh change to ${address} dev ${device} nud none`,
      ip`neigh change to ${address} dev ${device} use`,
    ]));
  },
};

/** What one `ip` answers to these: an array of JSON each, nothing for a command that fails. */
async function ask(commands: readonly IpCommand[]): Promise<string> {
  return (await run(batch("ip", commands, "-json"))).stdout;
}

const hops = z.array(
  z.object({
    dst: z.string(),
    dev: z.string(),
    gateway: z.string().optional(),
    via: z.object({ host: z.string() }).optional(),
  }),
);

/** Reads routes and neighbours, an array of JSON a line. */
export function parseHops(answers: string): NextHop[] {
  return readArrays(hops, "ip", answers).map(
    ({ dst, dev, gateway, via }) => ({ address: gateway ?? via?.host ?? dst, device: dev }),
  );
}
