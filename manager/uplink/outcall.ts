// One call of a worker to a reflector: who both are is proved, then the inventory is told.
import { VERSION } from "../../shared/version.ts";
import { scaled } from "../../shared/process/time_scale.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { callLine } from "../line/call_line.ts";
import { CLOSE } from "../line/frames.ts";
import type { Line, Pace } from "../line/line.ts";
import { findChange } from "./changes.ts";
import {
  type Answer,
  BEAT_MS,
  fromReflector,
  type Move,
  PROTOCOL,
  type Question,
  read,
  SILENT_MS,
  UPLINK_PATH,
} from "./messages.ts";
import { makeNonce, prove, verify } from "./proof.ts";

/** What a call needs of its node. */
export interface Caller {
  readonly node: string;
  readonly password: () => string | undefined;
  readonly inventory: () => Inventory | undefined;
  readonly answer: (question: Question) => Promise<Answer>;
  /** Hears that addresses are behind another node now; undefined where nobody is to tell. */
  readonly hearMoves?: ((vtep: string, moves: readonly Move[]) => void) | undefined;
  /** The reflector has taken the call. */
  readonly taken: () => void;
}

/** A reflector answers at once, or not at all. */
const PATIENCE_MS = 5_000;
/** A reflector says little: questions, and hints of moves, of which it passes 2,000 a second. */
const PACE: Pace = { most: 65_536, bytesPerSecond: 4_194_304, messagesPerSecond: 4_000 };
/** So many questions may wait for an answer; a reflector that asks on does not wait for any. */
const MOST_QUESTIONS = 64;
/** While so much (bytes) waits to be sent, nothing is added: the newest is told afterwards. */
const MOST_WAITING = 65_536;

/** A call that is going on. `ended` says why it has ended. */
export class Outcall {
  #line: Line | undefined;
  readonly #stop = new AbortController();
  readonly #ended = Promise.withResolvers<string>();
  readonly #nonce = makeNonce();
  readonly #timer: ReturnType<typeof setInterval>;
  #stage: "challenge" | "welcome" | "taken" = "challenge";
  #password: string | undefined;
  #reflectorNonce = "";
  #takesMoves = false;
  #told: Inventory | undefined;
  #heardAt = performance.now();
  #saidAt = performance.now();
  #answering: Promise<void> = Promise.resolve();
  #questions = 0;

  /** @param authority `host:port` */
  constructor(authority: string, private readonly caller: Caller) {
    void this.#talk(authority);
    this.#timer = setInterval(() => this.#beat(), PATIENCE_MS);
  }

  get ended(): Promise<string> {
    return this.#ended.promise;
  }

  end(why: string): void {
    clearInterval(this.#timer);
    this.#ended.resolve(why);
    this.#stop.abort();
    this.#line?.close(CLOSE.normal, "");
  }

  /** Messages are handled one after the other, though a proof takes its time. */
  async #talk(authority: string): Promise<void> {
    const { hostname, port } = new URL(`http://${authority}`);
    const at = { hostname, port: Number(port), path: UPLINK_PATH };
    try {
      const line = this.#line = await callLine(at, this.#stop.signal);
      for (let text; (text = await line.next(PACE)) !== undefined;) {
        this.#heardAt = performance.now();
        await this.#hear(text);
      }
      this.end(line.reason || "the reflector has ended it");
    } catch (error) {
      this.end(this.#line === undefined ? "nobody answers there" : `${error}`);
    }
  }

  /** Tells what has changed; what cannot be told now is told with the next change. */
  tellChanges(): void {
    if (this.#stage !== "taken" || this.#isBehind) return;
    const inventory = this.caller.inventory();
    if (inventory === undefined) return;
    if (this.#told === undefined) this.#say({ type: "inventory", inventory });
    else {
      const change = findChange(this.#told, inventory);
      if (change === undefined) return;
      this.#say({ type: "change", change });
    }
    this.#told = inventory;
  }

  /** Tells that addresses have come to this node. What cannot be told now is not told. */
  tellMoves(moves: readonly Move[]): void {
    const isRead = this.#takesMoves && !this.#isBehind;
    if (this.#stage === "taken" && isRead) this.#say({ type: "moves", moves });
  }

  get #isBehind(): boolean {
    return (this.#line?.waiting ?? 0) > MOST_WAITING;
  }

  #say(message: object): void {
    if (this.#line === undefined || this.#line.isClosed) return;
    this.#line.send(JSON.stringify(message));
    this.#saidAt = performance.now();
  }

  #beat(): void {
    const now = performance.now();
    const limit = this.#stage === "taken" ? SILENT_MS : scaled(PATIENCE_MS);
    if (now - this.#heardAt >= limit) return this.end("the reflector is silent");
    if (this.#stage === "taken" && now - this.#saidAt >= BEAT_MS - PATIENCE_MS) {
      this.#say({ type: "beat" });
    }
  }

  async #hear(text: string): Promise<void> {
    const message = read(fromReflector, text);
    // What a later reflector says besides is not for this program.
    if (message === undefined) return;
    switch (message.type) {
      case "challenge":
        if (this.#stage !== "challenge") return;
        this.#takesMoves = message.moves === true;
        return await this.#introduce(message.nonce);
      case "welcome":
        if (this.#stage === "welcome") await this.#begin(message.proof);
        return;
      case "question":
        // An answer takes its time, and what comes after the question does not wait for it.
        if (++this.#questions > MOST_QUESTIONS) return this.end("the reflector asks too much");
        this.#answering = this.#answering.then(() => this.#answer(message.id, message.question))
          .finally(() => this.#questions--);
        return;
      case "moves":
        if (this.#stage === "taken") this.caller.hearMoves?.(message.vtep, message.moves);
        return;
      case "beat":
        return;
    }
  }

  async #introduce(reflectorNonce: string): Promise<void> {
    this.#stage = "welcome";
    this.#reflectorNonce = reflectorNonce;
    this.#password = this.caller.password();
    const proof = this.#password === undefined
      ? {}
      : { proof: await prove(this.#password, this.#claim("worker")) };
    const { node, hearMoves } = this.caller;
    const moves = hearMoves === undefined ? {} : { moves: true };
    this.#say({
      ...{ type: "hello", protocol: PROTOCOL, version: VERSION, node },
      ...{ nonce: this.#nonce, ...proof, ...moves },
    });
  }

  async #begin(proof: string | undefined): Promise<void> {
    const password = this.#password;
    const isKnown = password === undefined ||
      proof !== undefined && await verify(password, this.#claim("reflector"), proof);
    if (!isKnown) return this.end("the reflector does not know the BGP password");
    this.#stage = "taken";
    this.caller.taken();
    this.tellChanges();
  }

  #claim(prover: "worker" | "reflector") {
    const { node } = this.caller;
    const [reflectorNonce, workerNonce] = [this.#reflectorNonce, this.#nonce];
    return { prover, node, reflectorNonce, workerNonce };
  }

  async #answer(id: number, question: { readonly kind: string }): Promise<void> {
    if (this.#stage !== "taken") return;
    const answer = await this.caller.answer(question as Question)
      .catch((error): Answer => ({ kind: "failed", why: `${error}`.slice(0, 500) }));
    this.#say({ type: "answer", id, answer });
  }
}
