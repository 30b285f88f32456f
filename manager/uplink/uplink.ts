// A worker's lines: one to each reflector, at the address that the worker peers with.
import { sleep } from "../../shared/process/time.ts";
import { run } from "../../shared/process/exec.ts";
import type { Tell } from "../events/event.ts";
import type { InventoryKeeper } from "../inventory/inventory_keeper.ts";
import { readPortCounters } from "../inventory/port_counters.ts";
import type { Duty } from "../loop/duty.ts";
import type { Observation } from "../loop/observation.ts";
import { Soon } from "../loop/soon.ts";
import type { MoveHints } from "../moves/move_hints.ts";
import { forward } from "./forward.ts";
import { type Answer, type Question, UPLINK_PORT } from "./messages.ts";
import { Outcall } from "./outcall.ts";
import { LASTING_MS, Redial } from "./redial.ts";

/** What comes within so long (ms) is told together. */
const TOGETHER_MS = 100;

/** Who tells moves, and hears of those to other nodes. */
type Moves = Pick<MoveHints, "follow" | "hear">;

/** Follows the sessions: a new reflector is called, and the line to one that is gone ends. */
export class Uplink implements Duty, AsyncDisposable {
  readonly name = "keep lines to the reflectors";
  readonly #lines = new Map<string, KeptLine>();

  constructor(
    private readonly inventory: InventoryKeeper,
    private readonly password: () => string | undefined,
    private readonly tell: Tell,
    private readonly moves?: Moves,
  ) {}

  async look({ sessions }: Pick<Observation, "sessions">): Promise<void> {
    // FRR that does not answer says nothing of reflectors.
    if (sessions.length === 0) return;
    const peers = new Set(sessions.map(({ peer }) => peer));
    for (const [peer, line] of this.#lines) {
      if (peers.has(peer)) continue;
      this.#lines.delete(peer);
      await line[Symbol.asyncDispose]();
    }
    for (const peer of peers) {
      if (this.#lines.has(peer)) continue;
      this.#lines.set(
        peer,
        new KeptLine(peer, this.inventory, this.password, this.tell, this.moves),
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#lines.values()].map((line) => line[Symbol.asyncDispose]()));
  }
}

/** Calls again and again. */
class KeptLine implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #soon = new Soon(() => Promise.resolve(this.#call?.tellChanges()), TOGETHER_MS);
  readonly #keeping: Promise<void>;
  #call: Outcall | undefined;
  readonly #redial = new Redial(performance.now());

  constructor(
    private readonly peer: string,
    private readonly inventory: InventoryKeeper,
    private readonly password: () => string | undefined,
    private readonly tell: Tell,
    private readonly moves: Moves | undefined,
  ) {
    this.#keeping = this.#keep();
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const why = await this.#callOnce();
      if (signal.aborted) return;
      const { pauseMs, isTrouble } = this.#redial.ended(performance.now());
      if (isTrouble) this.tell({ kind: "uplink-down", peer: this.peer, why });
      await sleep(pauseMs * (0.5 + Math.random() / 2), signal);
    }
  }

  async #callOnce(): Promise<string> {
    const { peer, inventory, password, moves } = this;
    const { nodeName: node } = inventory;
    // Changes are followed as long as somebody is told of them.
    using following = new DisposableStack();
    const lasted = () => {
      if (this.#redial.lasted()) this.tell({ kind: "uplink-back", peer });
    };
    const taken = () => {
      following.use(inventory.follow(() => this.#soon.ask()));
      following.use(moves?.follow((list) => this.#call?.tellMoves(list)));
      following.adopt(setTimeout(lasted, LASTING_MS), clearTimeout);
      this.tell({ kind: "uplink-up", peer });
    };
    try {
      await using way = peer.includes(":") ? await forward(peer, UPLINK_PORT) : undefined;
      if (this.#stop.signal.aborted) return "this worker has ended it";
      this.#call = new Outcall(way?.authority ?? `${peer}:${UPLINK_PORT}`, {
        ...{ node, password, taken, answer: (question) => answerQuestion(question, inventory) },
        inventory: () => inventory.current(),
        hearMoves: moves && ((vtep, list) => moves.hear(vtep, list)),
      });
      return await this.#call.ended;
    } catch (error) {
      return error instanceof Error ? error.message : `${error}`;
    } finally {
      this.#call = undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#call?.end("this worker has ended it");
    await this.#soon[Symbol.asyncDispose]();
    await this.#keeping;
  }
}

async function answerQuestion({ kind }: Question, keeper: InventoryKeeper): Promise<Answer> {
  if (kind !== "counters") return { kind: "failed", why: "this worker does not know the question" };
  const inventory = keeper.current() ?? { ports: [] };
  return { kind, ports: Object.fromEntries(await readPortCounters(run, inventory)) };
}
