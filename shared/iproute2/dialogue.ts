// A program of iproute2 that is told line by line, and says which lines have failed.
import type { Command, Completed } from "../process/command.ts";
import type { Conversation, Converse } from "../process/exec.ts";
import { fail } from "../faults.ts";
import { endsExchange, NO_OBJECT, numberOfFailed } from "./messages.ts";
import { encodeLines, type Words } from "./words.ts";

/** A line that failed. */
export interface Failure {
  /** Its number, counted from 1 in all that the program was told. */
  readonly line: number;
  readonly errors: readonly string[];
}

/** What the program said on stderr in an exchange. */
export interface Errors {
  /** It ended before the mark. */
  readonly ended: boolean;
  readonly failures: readonly Failure[];
  readonly errors: readonly string[];
}

/** An exchange is {@link say}, and then {@link readErrors}. */
export class Dialogue<Program extends "ip" | "bridge"> {
  /** The program has ended: nothing more can be said to it. */
  ended = false;
  /** Lines so far. */
  #sent = 0;
  #lastTurn: Promise<unknown> = Promise.resolve();
  /** Ends what the program says on stderr. */
  readonly #mark: Words<Program>;

  constructor(private readonly conversation: Conversation, program: Program) {
    this.#mark = { program, words: [NO_OBJECT] };
  }

  /** Two exchanges at a time would read each other's answers. */
  inTurn<T>(exchange: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(exchange, exchange);
    this.#lastTurn = turn;
    return turn;
  }

  /** Says the lines, and the mark behind them. Answers the number of the first one. */
  async say(lines: readonly Words<Program>[]): Promise<number> {
    const first = this.#sent + 1;
    this.#sent += lines.length + 1;
    await this.conversation.write(encodeLines([...lines, this.#mark]));
    return first;
  }

  /** The next line of stdout, or undefined at its end. */
  readLine(): Promise<string | undefined> {
    return this.conversation.readLine("stdout");
  }

  /**
   * What the program said on stderr up to the mark. Not every line is a failure: when two `ip`s
   * number the same namespace at once, one complains and still makes its device.
   */
  async readErrors(): Promise<Errors> {
    const errors: string[] = [];
    const failures: Failure[] = [];
    let told = 0;
    for (let line; (line = await this.conversation.readLine("stderr")) !== undefined;) {
      if (endsExchange(line)) {
        await this.conversation.readLine("stderr"); // the mark's own "Command failed -:N"
        return { ended: false, failures, errors };
      }
      const number = numberOfFailed(line);
      if (number !== undefined) {
        failures.push({ line: number, errors: errors.slice(told) });
        told = errors.length;
      } else if (line !== "") errors.push(line);
    }
    return { ended: true, failures, errors };
  }

  /** How the program has ended, with what it said last. */
  async lastWords(errors: readonly string[]): Promise<Completed> {
    this.ended = true;
    return { ...await this.conversation.end(), stderr: errors.join("\n") };
  }

  async end(): Promise<void> {
    await this.conversation.end();
  }
}

/**
 * Starts the program by a command that ends in its `-batch`.
 * @throws {FaultError} "try-later" when it is not installed
 */
export function openDialogue<Program extends "ip" | "bridge">(
  converse: Converse,
  program: Program,
  command: Command,
): Dialogue<Program> {
  const conversation = converse(command);
  if (conversation === undefined) {
    fail("try-later", `Cannot run ${command.argv[0]}: it is not installed on this node`);
  }
  return new Dialogue(conversation, program);
}
