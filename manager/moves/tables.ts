// The LAN namespace's forwarding tables, asked and changed by a `bridge` that has started already.
import { type BridgeSession, openBridgeSession } from "../../shared/iproute2/bridge_session.ts";
import { SessionEnded } from "../../shared/iproute2/session.ts";
import type { BridgeCommand } from "../../shared/iproute2/words.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { converse } from "../../shared/process/exec.ts";

/** From its first word on, a `bridge` lives so long (ms) at most. */
const LIFE_MS = 30_000;
/** So many commands are an exchange: their answers fit into a pipe. */
const AT_ONCE = 256;

export class Tables implements AsyncDisposable {
  #session: BridgeSession | undefined;
  #isUsed = false;

  /** @param open starts a `bridge` */
  constructor(
    private readonly open = () => openBridgeSession(converse, LAN_NETNS, LIFE_MS),
  ) {}

  /** The line of JSON that answers each question (`fdb get`); undefined where it has none. */
  ask(questions: readonly BridgeCommand[]): Promise<(string | undefined)[]> {
    return this.#exchange(questions, (session, some) => session.ask(some));
  }

  /** Runs changes in their order. One that cannot be made stops no other. */
  async apply(changes: readonly BridgeCommand[]): Promise<void> {
    await this.#exchange(changes, async (session, some) => {
      await session.apply(some);
      return [];
    });
  }

  /**
   * Has the next exchange find a `bridge` that has started already and has met no name: it keeps
   * the index of each name that it has met, and another device may have the name by now.
   */
  async renew(): Promise<void> {
    if (this.#session !== undefined && !this.#isUsed) return;
    await this.forget();
    // An exchange may have opened one meanwhile.
    this.#session ??= this.open();
  }

  /** Ends the `bridge`, which may know names that are other devices' now. */
  async forget(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    this.#isUsed = false;
    await session?.close();
  }

  async #exchange<T>(
    commands: readonly BridgeCommand[],
    exchange: (session: BridgeSession, some: readonly BridgeCommand[]) => Promise<T[]>,
  ): Promise<T[]> {
    const answers: T[] = [];
    for (let at = 0; at < commands.length; at += AT_ONCE) {
      answers.push(
        ...await this.#withSession((session) =>
          exchange(session, commands.slice(at, at + AT_ONCE))
        ),
      );
    }
    return answers;
  }

  async #withSession<T>(exchange: (session: BridgeSession) => Promise<T>): Promise<T> {
    const waiting = this.#session;
    try {
      if (waiting !== undefined) return await this.#use(waiting, exchange);
    } catch (error) {
      // It was killed, or its time was over, or its namespace is not the LANs' any more.
      if (!(error instanceof SessionEnded)) throw error;
      if (this.#session === waiting) this.#session = undefined;
    }
    this.#session ??= this.open();
    return await this.#use(this.#session, exchange);
  }

  #use<T>(session: BridgeSession, exchange: (session: BridgeSession) => Promise<T>): Promise<T> {
    this.#isUsed = true;
    return exchange(session);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.forget();
  }
}
