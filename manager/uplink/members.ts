// A reflector's side of the lines: who is taken, and what each worker has told.
import { within } from "../../shared/process/time.ts";
import { VERSION } from "../../shared/version.ts";
import type { NodeEvent, Tell } from "../events/event.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { CLOSE } from "../line/frames.ts";
import { acceptLinesOfAll, type LineServer } from "../line/accept_lines.ts";
import type { Line, Pace } from "../line/line.ts";
import { Room } from "../line/room.ts";
import type { Upgrade } from "../line/upgrade.ts";
import type { Duty } from "../loop/duty.ts";
import { isUp } from "../loop/news.ts";
import type { Observation } from "../loop/observation.ts";
import { type Admission, admit } from "./admit.ts";
import { applyChange } from "./changes.ts";
import { EventPace } from "./event_pace.ts";
import { type ClusterEvent, KeptEvents } from "./kept_events.ts";
import {
  type Answer,
  BEAT_MS,
  type Change,
  type FromWorker,
  fromWorker,
  hello,
  MOST_BYTES,
  MOST_STRANGE_BYTES,
  PROTOCOL,
  type Question,
  read,
  SILENT_MS,
  UPLINK_PATH,
  UPLINK_PORT,
} from "./messages.ts";
import type { HintLine, MovePasser } from "./move_passer.ts";
import { Patience } from "./patience.ts";
import { makeNonce } from "./proof.ts";
import {
  countEach,
  type Measure,
  MEASURES,
  MOST,
  MOST_OF_ALL,
  NOTHING,
  type Sizes,
  sizesOf,
  withoutEntries,
} from "./sizes.ts";
import { Turns } from "./turns.ts";

/** A worker that has a line, or had one a short time ago. */
export interface Member {
  /** The line's other end, as the reflector sees it. */
  readonly address: string;
  /** What it is called. */
  readonly node: string;
  readonly version: string;
  /** "lost": the line has ended. "other-version", "too-large": its inventory is not taken. */
  readonly state: "connected" | "lost" | "other-version" | "too-large";
  /** Since when (ms since 1970) it is in that state. */
  readonly since: number;
  /** Without events. */
  readonly inventory?: Inventory;
}

const STRANGE: Pace = { most: MOST_STRANGE_BYTES, bytesPerSecond: 65_536, messagesPerSecond: 10 };
const PACE: Pace = { most: MOST_BYTES, bytesPerSecond: 524_288, messagesPerSecond: 20 };
const MOST_LINES = 2_000;
/** Of a longer event (characters of JSON) its figures are left out: a thousand events are kept. */
const MOST_EVENT = 8_000;
/** A worker that is too large is asked to tell anew what it has after so long (ms), not before. */
const TOO_LARGE_MS = 60_000;
/** So long (ms) a worker that has lost its line is still shown. */
const LOST_MS = 600_000;

interface Kept {
  member: Member;
  readonly line: Line;
  readonly admission: Admission;
  readonly questions: Map<number, (answer: Answer | undefined) => void>;
  readonly patience: Patience;
  readonly takesMoves: boolean;
  /** Of the inventory that is kept. */
  sizes: Sizes;
  /** What it has told: where it is too large, its inventory is not kept. */
  wanted?: Sizes;
}

/** What a test can have of its own. */
export interface Surroundings {
  readonly accept: (server: LineServer) => Disposable;
  /** In ms since 1970. */
  readonly now: () => number;
  /** In ms; it never goes back. */
  readonly elapsed: () => number;
  /** Does something again and again, after so many ms each. */
  readonly every: (ms: number, what: () => void) => Disposable;
  readonly turns: () => Pick<Turns, "take">;
}

const SURROUNDINGS: Surroundings = {
  accept: (server) => acceptLinesOfAll(UPLINK_PORT, server),
  now: () => Date.now(),
  elapsed: () => performance.now(),
  every(ms, what) {
    const timer = setInterval(what, ms);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  },
  turns: () => new Turns(),
};

export class Members implements Duty, LineServer, Disposable {
  readonly name = "serve the workers' lines";
  readonly #kept = new Map<string, Kept>();
  /** The last event that each address has told, by {@link idOf}. */
  readonly #lastEvents = new Map<string, string>();
  /** By address. */
  readonly #paces = new Map<string, EventPace>();
  readonly #events = new KeptEvents();
  /** A message of 200 bytes about one of 5,000 devices takes 15 ms. */
  readonly #turns: Pick<Turns, "take">;
  readonly #surroundings: Surroundings;
  readonly #pace: Pace = { ...PACE, room: new Room() };
  readonly #refused = new Set<string>();
  #acceptor: Disposable | undefined;
  #questionNumber = 0;
  #established: ReadonlySet<string> = new Set();

  /** @param passwords those that count now, the one in use first; undefined stands for none */
  constructor(
    private readonly passwords: () => readonly (string | undefined)[],
    private readonly tell: Tell,
    private readonly passer?: MovePasser,
    surroundings: Partial<Surroundings> = {},
  ) {
    this.#surroundings = { ...SURROUNDINGS, ...surroundings };
    this.#turns = this.#surroundings.turns();
  }

  get all(): Member[] {
    return [...this.#kept.values()].map(({ member }) => member);
  }

  /** Events of all nodes, as {@link KeptEvents.after} has them. */
  eventsAfter(number: number): ClusterEvent[] {
    return this.#events.after(number, this.all);
  }

  /** Takes an event of the reflector itself. */
  takeEvent(node: string, event: NodeEvent): void {
    this.#events.push(undefined, node, event);
  }

  /** What a worker answers; undefined where it has no line, or answers too late. */
  async ask(address: string, question: Question): Promise<Answer | undefined> {
    const kept = this.#kept.get(address);
    if (kept === undefined || kept.member.state !== "connected") return undefined;
    const id = ++this.#questionNumber;
    const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
    kept.questions.set(id, resolve);
    const { patience } = kept;
    const overdue = setTimeout(() => {
      patience.overdue();
      resolve(undefined);
    }, patience.ms);
    kept.line.send(JSON.stringify({ type: "question", id, question }));
    try {
      return await promise;
    } finally {
      clearTimeout(overdue);
      kept.questions.delete(id);
    }
  }

  async look({ sessions }: Pick<Observation, "sessions">): Promise<void> {
    this.#acceptor ??= this.#surroundings.accept(this);
    for (const [fate, count] of await this.passer?.look() ?? []) {
      this.tell({ kind: "move-hints", fate, count });
    }
    this.#established = new Set(sessions.filter(isUp).map(({ peer }) => peer));
    const passwords = this.passwords();
    const now = this.#surroundings.now();
    for (const [address, { member, line, admission }] of this.#kept) {
      const isLost = member.state === "lost";
      if (isLost && now - member.since > LOST_MS) {
        this.#kept.delete(address);
        this.#lastEvents.delete(address);
        this.#paces.delete(address);
      }
      const { password } = admission;
      const counts = password === undefined
        ? passwords[0] === undefined
        : passwords.includes(password);
      if (!isLost && !counts) line.close(CLOSE.policy, "the BGP password has changed");
    }
    for (const [peer, pace] of this.#paces) {
      const count = pace.takeDropped(now);
      if (count > 0) this.tell({ kind: "events-dropped", peer, count });
    }
    this.#recall(now);
  }

  /** Cuts workers that were too large and that there is room for: they call again, and tell all. */
  #recall(now: number): void {
    const waiting = [...this.#kept.values()].filter(({ member }) =>
      member.state === "too-large" && now - member.since > TOO_LARGE_MS
    );
    if (waiting.length === 0) return;
    let room = countEach((one) => this.#roomFor(one));
    for (const { line, wanted } of waiting) {
      if (wanted === undefined || MEASURES.some((one) => wanted[one] > room[one])) continue;
      room = countEach((one) => room[one] - wanted[one]);
      line.close(CLOSE.goingAway, "it had too much, and may tell anew what it has");
    }
  }

  refuse({ path }: Upgrade) {
    if (path === UPLINK_PATH) return undefined;
    return { status: 404, why: `${UPLINK_PATH} is served here` } as const;
  }

  async serve(line: Line, known: () => void): Promise<void> {
    const nonce = makeNonce();
    const moves = this.passer === undefined ? {} : { moves: true };
    const challenge = { protocol: PROTOCOL, version: VERSION, nonce, ...moves };
    line.send(JSON.stringify({ type: "challenge", ...challenge }));
    const greeting = read(hello, await line.next(STRANGE) ?? "");
    if (greeting === undefined) return line.close(CLOSE.policy, "this is no greeting");
    const isEstablished = this.#established.has(line.from);
    const admission = await admit(greeting, nonce, this.passwords(), isEstablished);
    if (admission.why !== undefined) return this.#refuse(line, admission);
    // A worker that calls again takes its own place.
    if (!this.#kept.has(line.from) && this.#kept.size >= MOST_LINES) {
      return line.close(CLOSE.policy, "there are too many lines");
    }
    known();
    this.#refused.delete(line.from);
    const { proof } = admission;
    line.send(JSON.stringify({ type: "welcome", ...(proof && { proof }) }));
    const { node, version, protocol } = greeting;
    const state = protocol === PROTOCOL ? "connected" : "other-version";
    const member: Member = {
      address: line.from,
      node,
      version,
      state,
      since: this.#surroundings.now(),
    };
    const takesMoves = state === "connected" && greeting.moves === true;
    const patience = new Patience();
    const questions = new Map();
    await this.#keep({ member, line, admission, questions, patience, takesMoves, sizes: NOTHING });
  }

  /** That an address has no session yet is told by its worker, if it lasts. */
  #refuse(line: Line, { why = "", isWrong }: Admission): void {
    line.close(CLOSE.policy, why);
    if (!isWrong || this.#refused.has(line.from) || this.#refused.size > MOST_LINES) return;
    this.#refused.add(line.from);
    this.tell({ kind: "uplink-refused", peer: line.from, why });
  }

  async #keep(kept: Kept): Promise<void> {
    const { line } = kept;
    const { address } = kept.member;
    const before = this.#kept.get(address);
    before?.line.close(CLOSE.goingAway, "this worker has called again");
    this.#kept.set(address, kept);
    const { elapsed, every } = this.#surroundings;
    // While what was heard waits for its turn, nothing else is read: that is no silence.
    let silentSince: number | undefined = elapsed();
    try {
      using _beating = every(BEAT_MS, () => {
        const isSilent = silentSince !== undefined && elapsed() - silentSince > SILENT_MS;
        if (isSilent) line.close(CLOSE.goingAway, "nothing was heard");
        else line.send('{"type":"beat"}');
      });
      for (let text; (text = await line.next(this.#pace)) !== undefined;) {
        const said = text;
        silentSince = undefined;
        if (kept.member.state !== "other-version") {
          const hear = () => this.#read(kept, said);
          await this.#turns.take(address, said.length, hear, () => line.isClosed);
        }
        silentSince = elapsed();
      }
    } finally {
      for (const resolve of kept.questions.values()) resolve(undefined);
      if (this.#kept.get(address) === kept) {
        kept.member = { ...kept.member, state: "lost", since: this.#surroundings.now() };
      }
      await within(2_000, line.closed);
    }
  }

  #read(kept: Kept, text: string): void {
    if (kept.line.isClosed) return;
    const message = read(fromWorker, text);
    if (message === undefined) return kept.line.close(CLOSE.policy, "this is no message");
    this.#hear(kept, message);
  }

  #hear(kept: Kept, message: FromWorker): void {
    switch (message.type) {
      case "inventory":
        return this.#take(kept, message.inventory);
      case "change": {
        const { inventory } = kept.member;
        if (inventory === undefined) return this.#hearOfTooLarge(kept, message.change);
        const changed = applyChange(inventory, message.change);
        const sizes = sizesOf(changed);
        if (MEASURES.every((one) => sizes[one] <= MOST[one])) return this.#take(kept, changed);
        return kept.line.close(CLOSE.policy, "these are more than one worker may have");
      }
      case "answer":
        kept.patience.answered();
        return kept.questions.get(message.id)?.(message.answer);
      case "moves":
        return this.passer?.pass(toHintLine(kept), message.moves, this.#hintLines());
      case "beat":
        return;
    }
  }

  /** What is put may be new or not, so only what is gone counts until the worker tells all anew. */
  #hearOfTooLarge(kept: Kept, change: Change): void {
    const { wanted, member: { address, node } } = kept;
    if (wanted === undefined) return;
    kept.wanted = withoutEntries(wanted, (list) => change[`${list}Gone` as const]?.length ?? 0);
    this.#takeEvents(address, node, change.events ?? []);
  }

  #take(kept: Kept, inventory: Inventory): void {
    const { member } = kept;
    const { name } = inventory.node;
    this.#takeEvents(member.address, name, inventory.events);
    const { inventory: _, ...rest } = member;
    const sizes = sizesOf(inventory);
    const state = this.#hasRoom(kept.sizes, sizes) ? "connected" : "too-large";
    const since = state === member.state ? member.since : this.#surroundings.now();
    kept.member = state === "too-large"
      ? { ...rest, state, since }
      : { ...rest, state, since, node: name, inventory: { ...inventory, events: [] } };
    kept.sizes = state === "too-large" ? NOTHING : sizes;
    kept.wanted = sizes;
  }

  *#hintLines(): Generator<HintLine> {
    for (const kept of this.#kept.values()) {
      if (kept.member.state === "connected") yield toHintLine(kept);
    }
  }

  #hasRoom(before: Sizes, after: Sizes): boolean {
    return MEASURES.every((one) => {
      const more = after[one] - before[one];
      return more <= 0 || more <= this.#roomFor(one);
    });
  }

  #roomFor(measure: Measure): number {
    let room = MOST_OF_ALL[measure];
    for (const { sizes } of this.#kept.values()) room -= sizes[measure];
    return room;
  }

  /** A worker that calls again tells events that are known already: those up to the last one. */
  #takeEvents(address: string, node: string, events: readonly NodeEvent[]): void {
    const last = this.#lastEvents.get(address);
    const known = events.findLastIndex((event) => idOf(event) === last);
    const news = events.slice(known + 1);
    const now = this.#surroundings.now();
    const pace = this.#paces.get(address) ?? new EventPace(now);
    this.#paces.set(address, pace);
    const taken = pace.take(news.length, now);
    for (const event of news.slice(0, taken)) {
      const kept = lengthOf(event) <= MOST_EVENT ? event : bare(event);
      this.#events.push(address, node, kept);
    }
    const newest = news.at(-1);
    if (newest !== undefined) this.#lastEvents.set(address, idOf(newest));
  }

  [Symbol.dispose](): void {
    this.#acceptor?.[Symbol.dispose]();
    for (const { line } of this.#kept.values()) {
      line.close(CLOSE.goingAway, "the reflector's manager ends");
    }
  }
}

/** A nest of figures can be read that is too deep to be written again: it is too long, too. */
function lengthOf(event: NodeEvent): number {
  try {
    return JSON.stringify(event).length;
  } catch {
    return Infinity;
  }
}

/** Without its figures: it is shown by its kind's name. */
function bare({ number, time, kind }: NodeEvent): NodeEvent {
  return { number, time, kind } as NodeEvent;
}

/** Not to be ordered by: numbers begin anew with a manager, and clocks go back. */
function idOf({ number, time }: NodeEvent): string {
  return `${number} ${time}`;
}

function toHintLine({ line, takesMoves, member: { inventory } }: Kept): HintLine {
  return { line, takesMoves, inventory };
}
