// The journal of a node: makes log lines, counters and kept events of what happens.
import { count, type Counters, NOTHING_COUNTED } from "./counters.ts";
import type { NodeEvent, Tell } from "./event.ts";
import { type LogSettings, renderLine } from "./log.ts";
import { Ring } from "./ring.ts";

export class Journal {
  readonly #ring = new Ring();
  readonly #listeners = new Set<(event: NodeEvent) => void>();
  #counters = NOTHING_COUNTED;
  #number = 0;

  /** @param write writes a line of the log */
  constructor(
    private readonly settings: LogSettings,
    private readonly write: (line: string) => void,
  ) {}

  /** Takes what has happened just now. (A property, so that it can be handed on by itself.) */
  readonly tell: Tell = (happening) => {
    const time = new Date().toISOString();
    const event: NodeEvent = { ...happening, number: ++this.#number, time };
    this.#counters = count(this.#counters, event);
    this.#ring.push(event);
    const line = renderLine(event, this.settings);
    if (line !== undefined) this.write(line);
    for (const hear of this.#listeners) hear(event);
  };

  get counters(): Counters {
    return this.#counters;
  }

  /** The last events that are newer than the one of this number, the oldest first. */
  after(number: number): NodeEvent[] {
    return this.#ring.after(number);
  }

  /** Calls `hear` with each event from now on, until the answer is disposed. */
  follow(hear: (event: NodeEvent) => void): Disposable {
    this.#listeners.add(hear);
    return { [Symbol.dispose]: () => void this.#listeners.delete(hear) };
  }
}
