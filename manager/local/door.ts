// The door for programs of this manager's own machine: `manager lans` and its like ask here.
// It is open to whoever can read root's own folder, for there lies the token.
import { writeByRename } from "../../shared/files.ts";
import { RUN_DIR } from "../../shared/lan/paths.ts";
import type { NodeEvent } from "../events/event.ts";
import { knowsToken } from "../http/token.ts";
import { acceptLines, type Acceptor, type LineServer } from "../line/accept_lines.ts";
import { CLOSE } from "../line/frames.ts";
import type { Line, Pace } from "../line/line.ts";
import type { Refusal, Upgrade } from "../line/upgrade.ts";
import type { Duty } from "../loop/duty.ts";
import type { View } from "../view/view.ts";
import { type LocalAnswer, localQuestion } from "./messages.ts";

export const DOOR_FILE = `${RUN_DIR}/door.json`;
const TOKEN_BYTES = 32;
/**
 * An answer is one message: all that workers may have, with their counters. No client takes more.
 */
const MOST_ANSWER = 64 * 1024 * 1024;
const PACE: Pace = { most: 4_096, bytesPerSecond: 65_536, messagesPerSecond: 50 };

/** What is answered. */
export interface Answerer {
  /** Undefined where nothing is known yet. */
  view(counted: boolean): Promise<View | undefined>;
  /** Kept events that are newer than the one of this number; on a reflector those of all nodes. */
  eventsAfter(number: number): readonly (NodeEvent & { readonly node: string })[];
}

/** Opened at the first look, it stays open until it is disposed. */
export class Door implements Duty, LineServer, Disposable {
  readonly name = "answer commands of this machine";
  readonly mostWaiting = MOST_ANSWER;
  readonly #token = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)).toHex();
  #acceptor: Acceptor | undefined;

  constructor(private readonly answerer: Answerer) {}

  /** Says in {@link DOOR_FILE} where the door is. */
  async look(): Promise<void> {
    if (this.#acceptor !== undefined) return;
    // A reflector has made nothing there so far.
    await Deno.mkdir(RUN_DIR, { recursive: true, mode: 0o700 });
    const acceptor = acceptLines({ hostname: "127.0.0.1", port: 0 }, this);
    try {
      const place = JSON.stringify({ port: acceptor.port, token: this.#token });
      await writeByRename(DOOR_FILE, place, 0o600);
      this.#acceptor = acceptor;
    } catch (error) {
      acceptor[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#acceptor?.[Symbol.dispose]();
  }

  refuse({ header }: Upgrade): Refusal | undefined {
    if (knowsToken(header("authorization") ?? null, this.#token)) return undefined;
    return { status: 403, why: `the token of ${DOOR_FILE} is wanted` };
  }

  async serve(line: Line, known: () => void): Promise<void> {
    known();
    for (let text; (text = await line.next(PACE)) !== undefined;) {
      const { data: question } = localQuestion.safeParse(JSON.parse(text));
      if (question === undefined) return line.close(CLOSE.policy, "this is no question");
      const answer: LocalAnswer = question.kind === "view"
        ? { kind: "view", view: await this.answerer.view(question.counted) ?? null }
        : { kind: "events", events: [...this.answerer.eventsAfter(question.after)] };
      line.send(JSON.stringify(answer));
    }
  }
}
