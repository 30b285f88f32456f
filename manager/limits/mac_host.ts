// What the limiter of MAC addresses asks of the kernel: bridges, counts, limits, learning of ports.
import { type Completed, describe } from "../../shared/process/command.ts";
import { type Conversation, converse, run } from "../../shared/process/exec.ts";
import { must } from "../../shared/process/must.ts";
import { inNetns } from "../../shared/process/netns.ts";
import { batch } from "../../shared/iproute2/batch.ts";
import { type Change, setPort } from "../../shared/iproute2/commands.ts";
import type { Link } from "../../shared/iproute2/link.ts";
import { listLinks } from "../../shared/iproute2/list.ts";
import { bridge as words } from "../../shared/iproute2/words.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { listFdb, listFdbOf } from "../entries/list_fdb.ts";
import { LearntCounter, type PortCounts } from "./learnt.ts";
import script from "./set_max_learned.py" with { type: "text" };

/** What the limiter asks of the world. */
export interface MacHost extends AsyncDisposable {
  /** All ports of LANs. */
  listPorts(): Promise<Link[]>;
  /**
   * Gives bridges their limits, and answers the limits that the kernel has now. A bridge that is
   * gone is not in it.
   */
  limit(bridges: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, number>>;
  /** What the ports of these bridges have learnt, or those of all bridges. */
  count(bridges?: readonly string[]): Promise<ReadonlyMap<string, PortCounts>>;
  /** Has a port learn, or not, and signs it accordingly. */
  setLearning(port: string, alias: string, learning: boolean): Promise<void>;
}

/**
 * How long (ms) Python stays for the next new bridge: its start costs more than all the rest, and
 * many LANs come together.
 */
const STAYS_MS = 5_000;
/** Where bridges come all the time, another one is started after so long (ms). */
const OLD_MS = 20_000;
/** No program runs without a limit (ms): this one is for a Python that answers no more. */
const LIMIT_MS = 2 * OLD_MS;

export class SystemMacHost implements MacHost {
  #python: Conversation | undefined;
  /** When (ms) it was started. */
  #began = 0;
  #leaving: ReturnType<typeof setTimeout> | undefined;

  async listPorts(): Promise<Link[]> {
    const [ports] = await listLinks(run, LAN_NETNS, ["veth"]);
    return ports;
  }

  async limit(bridges: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, number>> {
    clearTimeout(this.#leaving);
    if (performance.now() - this.#began >= OLD_MS) await this.#leave();
    this.#python ??= this.#start();
    const limited = new Map<string, number>();
    for (const [name, limit] of bridges) {
      await this.#python?.write(`${name} ${limit}\n`);
      const answer = await this.#python?.readLine("stdout");
      if (answer === undefined) return await this.#fail();
      const [, actual] = answer.split(" ");
      if (actual !== undefined) limited.set(name, Number(actual));
    }
    this.#leaving = setTimeout(() => this.#leave(), STAYS_MS);
    return limited;
  }

  #start(): Conversation | undefined {
    this.#began = performance.now();
    const argv = inNetns(LAN_NETNS, ["python3", "-I", "-S", "-u", "-c", script]);
    return converse({ argv, timeoutMs: LIMIT_MS });
  }

  async #fail(): Promise<never> {
    const ended = await this.#leave();
    throw new Error(
      `Cannot limit the MAC addresses of bridges: ${
        ended === undefined ? "nsenter is not there" : describe(ended)
      }`,
    );
  }

  async #leave(): Promise<Completed | undefined> {
    const python = this.#python;
    this.#python = undefined;
    return await python?.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#leaving);
    await this.#leave();
  }

  async count(bridges?: readonly string[]): Promise<ReadonlyMap<string, PortCounts>> {
    const counter = new LearntCounter();
    await (bridges === undefined
      ? listFdb(run, counter.take, words`fdb show dynamic`)
      : listFdbOf(run, LAN_NETNS, bridges, counter.take, "dynamic"));
    return counter.bridges;
  }

  async setLearning(port: string, alias: string, learning: boolean): Promise<void> {
    const change: Change = setPort({ name: port, alias, learning });
    const { argv, stdin } = batch("ip", [change]);
    await must(`set the learning of ${port}`, { argv: inNetns(LAN_NETNS, argv), stdin: stdin! });
  }
}
