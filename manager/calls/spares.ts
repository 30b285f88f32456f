// Programs started ahead: an `ip` in the LAN namespace takes 5 ms to start, and every call needs one.
import type { Command } from "../../shared/process/command.ts";
import type { Conversation, Converse } from "../../shared/process/exec.ts";

/** Starting one takes time that calls want: where one has come, more do, and most of those use each other's sessions. */
const FILL_DELAY_MS = 250;

/**
 * A stock of one command. Each is used for one call and then ended by it: a session keeps the names and namespaces that
 * it has seen.
 */
export class Spares {
  #stock: Conversation[] = [];
  #place: unknown;
  #closed = false;

  /**
   * @param place tells where a command started now would run (the namespace's inode): spares of another place are no use
   * @param size how many are kept; each is an idle process of 2 MB
   */
  constructor(
    private readonly command: Command,
    private readonly start: Converse,
    private readonly place: () => unknown,
    private readonly size: number,
  ) {}

  /** A spare for an equal command, or one started now; undefined when this stock is of another command. */
  take(command: Command): Conversation | undefined {
    if (command.argv.join("\n") !== this.command.argv.join("\n")) return undefined;
    setTimeout(() => this.fill(), FILL_DELAY_MS);
    this.#dropStrangers();
    return this.#stock.shift() ?? this.start(this.command);
  }

  /** Starts what is missing. What cannot be started now (no process is to be had) is started when a call needs it. */
  fill(): void {
    try {
      this.#dropStrangers();
      while (!this.#closed && this.#stock.length < this.size) {
        const spare = this.start(this.command);
        if (spare === undefined) return;
        this.#stock.push(spare);
      }
    } catch {
      // The call that takes the next one meets the same error, and tells it.
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#stock.splice(0).map((spare) => spare.end()));
  }

  #dropStrangers(): void {
    const place = this.place();
    if (place === this.#place) return;
    this.#place = place;
    for (const stranger of this.#stock.splice(0)) void stranger.end();
  }
}
