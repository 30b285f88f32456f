// One `ip -batch` in a namespace, asked and told line by line: all of a call costs one process.
import { type Command, type Completed, describe } from "../process/command.ts";
import type { Conversation, Converse } from "../process/exec.ts";
import { inNetns } from "../process/netns.ts";
import { fail } from "../faults.ts";
import { INTERRUPTED, readWhole } from "./dump.ts";
import {
  endsExchange,
  isInterrupted,
  NO_OBJECT,
  numberOfFailed,
  saysNoIndex,
  saysNoName,
  saysNotThere,
} from "./messages.ts";
import { batchArgv } from "./batch.ts";
import { type Change, type Question, routeThrough } from "./commands.ts";
import { type Link, parseLinks } from "./link.ts";
import { argvOf, encodeLines, ip, type IpCommand } from "./words.ts";

/** An `ip` that lives in one namespace until {@link close}. */
export interface IpSession {
  /** The devices that the questions find, except `lo`, which ends the answer. */
  show(questions: readonly Question[]): Promise<Link[]>;
  /**
   * Tells which devices exist. Once `ip` has resolved a name it asks by index: no kernel lock is
   * waited for, and a new device under the name does not count. `isSure` is false where `ip` may
   * hold the index of an earlier device.
   */
  find(names: readonly string[]): Promise<Found>;
  /** Runs one changing line. The answer is what went wrong, or undefined. */
  apply(change: Change): Promise<Completed | undefined>;
  /** Its `ip` has ended: nothing more can be said to it. */
  readonly ended: boolean;
  close(): Promise<void>;
}

export interface Found {
  readonly there: readonly string[];
  /** The others are not. */
  readonly isSure: boolean;
}

// With `-force`, `ip` goes on after a line that has failed. With `-json`, it flushes each answer
// (jsonw_destroy, lib/json_writer.c).
export const SESSION = batchArgv("ip", "-json", "-details");

// The ends of an exchange: `lo` is in every namespace.
const END_OF_STDOUT = ip`link show dev lo`;
const END_OF_STDERR = ip`${NO_OBJECT}`;

/** Opens a session in the namespace at `netns`; whether that exists shows at the first exchange. */
export function openIpSession(converse: Converse, netns: string, timeoutMs: number): IpSession {
  return openSession(converse, sessionCommand(netns, timeoutMs));
}

/** Opens a session by a command that ends in {@link SESSION}. */
export function openSession(converse: Converse, command: Command): IpSession {
  const conversation = converse(command);
  if (conversation === undefined) {
    fail("try-later", `Cannot run ${command.argv[0]}: it is not installed on this node`);
  }
  return new Session(conversation);
}

/** What a session is started with. */
export function sessionCommand(netns: string, timeoutMs: number): Command {
  return { argv: inNetns(netns, SESSION), timeoutMs };
}

/** A line that failed. */
interface Failure {
  /** Its number, counted from 1 in all that the session was told. */
  readonly line: number;
  readonly errors: readonly string[];
}

interface Errors {
  readonly ended: boolean;
  readonly failures: readonly Failure[];
  readonly errors: readonly string[];
}

class Session implements IpSession {
  ended = false;
  /** Lines so far. */
  private sent = 0;
  private lastTurn: Promise<unknown> = Promise.resolve();

  constructor(private readonly conversation: Conversation) {}

  show(questions: readonly Question[]): Promise<Link[]> {
    return this.inTurn(() => readWhole(() => this.ask(questions)));
  }

  find(names: readonly string[]): Promise<Found> {
    return this.inTurn(() => this.lookFor(names));
  }

  apply(change: Change): Promise<Completed | undefined> {
    return this.inTurn(() => this.change(change));
  }

  async close(): Promise<void> {
    await this.conversation.end();
  }

  /** Two exchanges at a time would read each other's answers. */
  private inTurn<T>(exchange: () => Promise<T>): Promise<T> {
    const turn = this.lastTurn.then(exchange, exchange);
    this.lastTurn = turn;
    return turn;
  }

  private async ask(questions: readonly Question[]): Promise<Link[] | typeof INTERRUPTED> {
    await this.send([...questions, END_OF_STDOUT, END_OF_STDERR]);
    const links = await this.readLinks();
    const { ended, errors } = await this.readErrors();
    if (ended) throw new SessionEnded(await this.lastWords(errors));
    if (errors.some(isInterrupted)) return INTERRUPTED;
    const unexpected = errors.filter((line) => !saysNotThere(line));
    if (unexpected.length > 0) fail("kernel", `Cannot read the devices: ${unexpected.join(" ")}`);
    if (countUnanswered(questions, links) > errors.length) {
      throw new SessionEnded(await this.lastWords([MADE_ANEW]));
    }
    return links;
  }

  private async lookFor(names: readonly string[]): Promise<Found> {
    const before = this.sent;
    await this.send([...names.map(routeThrough), END_OF_STDERR]);
    const { ended, failures, errors } = await this.readErrors();
    if (ended) {
      await this.lastWords(errors);
      return { there: names, isSure: false };
    }
    for (let routes = names.length - failures.length; routes > 0; routes--) {
      await this.conversation.readLine("stdout");
    }
    const fails = (at: number, says: (line: string) => boolean) =>
      failures.some(({ line, errors }) => line === before + 1 + at && errors.some(says));
    return {
      there: names.filter((_, at) => !fails(at, saysNoName) && !fails(at, saysNoIndex)),
      isSure: !names.some((_, at) => fails(at, saysNoIndex)),
    };
  }

  private async change(change: Change): Promise<Completed | undefined> {
    const started = performance.now();
    await this.send([change, END_OF_STDERR]);
    const { ended, failures, errors } = await this.readErrors();
    const argv = argvOf(change);
    // Argument errors end `ip` on the spot, without a line number.
    if (ended) return { ...await this.lastWords(errors), argv };
    if (failures.length === 0) return undefined;
    const ms = performance.now() - started;
    return {
      argv,
      reason: "exit",
      code: 1,
      signal: null,
      stdout: "",
      stderr: errors.join("\n"),
      ms,
    };
  }

  private send(lines: readonly IpCommand[]): Promise<void> {
    this.sent += lines.length;
    return this.conversation.write(encodeLines(lines));
  }

  private async readLinks(): Promise<Link[]> {
    const found = new Map<number, Link>();
    for (let line; (line = await this.conversation.readLine("stdout")) !== undefined;) {
      const links = line.trim() === "" ? [] : parseLinks(line);
      if (links.some((link) => link.ifname === "lo")) break;
      for (const link of links) found.set(link.ifindex, link);
    }
    return [...found.values()];
  }

  /**
   * What `ip` said on stderr in this exchange; `ended` when the process ended before the mark. Not
   * every line is a failure: when two `ip`s number the same namespace at once, one complains and
   * still makes its device.
   */
  private async readErrors(): Promise<Errors> {
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

  private async lastWords(errors: readonly string[]): Promise<Completed> {
    this.ended = true;
    return { ...await this.conversation.end(), stderr: errors.join("\n") };
  }
}

const MADE_ANEW = "a device has been made anew since this ip met its name";

/**
 * How many questions for one device have no answer. (`lo` is never among the answers: it ends
 * them.) `ip` keeps the index of each name that it has met, and says nothing of a device that has
 * the name of an earlier one.
 */
function countUnanswered(questions: readonly Question[], links: readonly Link[]): number {
  return questions.filter(({ device }) =>
    device !== undefined && device !== "lo" &&
    !links.some((link) => link.ifname === device || link.altnames.includes(device))
  ).length;
}

/** The session is over: mostly, the namespace could not be entered. */
export class SessionEnded extends Error {
  override readonly name = "SessionEnded";
  constructor(readonly completed: Completed) {
    super(describe(completed));
  }
}
