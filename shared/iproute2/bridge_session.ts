// One `bridge -batch` in a namespace, asked and told line by line: an exchange starts no process.
import type { Converse } from "../process/exec.ts";
import { inNetns } from "../process/netns.ts";
import { batchArgv } from "./batch.ts";
import { type Dialogue, openDialogue } from "./dialogue.ts";
import { SessionEnded } from "./session.ts";
import type { BridgeCommand } from "./words.ts";

// With `-json`, `bridge` flushes each answer, which is a line. Without, iproute2 7.1 does not.
const SESSION = batchArgv("bridge", "-json");

/**
 * Like `ip`, it keeps the index of each name that it has met. Of a device that has been made anew
 * it says that there is none.
 */
export class BridgeSession {
  constructor(private readonly dialogue: Dialogue<"bridge">) {}

  /**
   * The line of JSON that answers each question (`fdb get`); undefined where it has none.
   * @throws {SessionEnded}
   */
  ask(questions: readonly BridgeCommand[]): Promise<(string | undefined)[]> {
    return this.dialogue.inTurn(async () => {
      const failed = await this.#say(questions);
      const answers: (string | undefined)[] = [];
      for (const at of questions.keys()) {
        answers.push(failed.has(at) ? undefined : await this.dialogue.readLine());
      }
      return answers;
    });
  }

  /**
   * Runs changes in their order. One that fails stops no other.
   * @throws {SessionEnded}
   */
  apply(changes: readonly BridgeCommand[]): Promise<void> {
    return this.dialogue.inTurn(async () => void await this.#say(changes));
  }

  /** Ends it when it has answered what it was asked. */
  close(): Promise<void> {
    return this.dialogue.inTurn(() => this.dialogue.end());
  }

  /** Which ones have failed. */
  async #say(commands: readonly BridgeCommand[]): Promise<ReadonlySet<number>> {
    const first = await this.dialogue.say(commands);
    const { ended, failures, errors } = await this.dialogue.readErrors();
    if (ended) throw new SessionEnded(await this.dialogue.lastWords(errors));
    return new Set(failures.map(({ line }) => line - first));
  }
}

/**
 * Starts one. Whether the namespace at `netns` can be entered shows at the first exchange.
 * @param timeoutMs from its first word on: then it is killed
 * @throws {FaultError} "try-later" when there is no `bridge`
 */
export function openBridgeSession(
  converse: Converse,
  netns: string,
  timeoutMs: number,
): BridgeSession {
  const command = { argv: inNetns(netns, SESSION), timeoutMs };
  return new BridgeSession(openDialogue(converse, "bridge", command));
}
