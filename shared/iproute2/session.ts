// One `ip -batch` in a namespace, asked and told line by line: all of a call costs one process.
import { type Command, type Completed, describe } from "../process/command.ts";
import type { Converse } from "../process/exec.ts";
import { inNetns } from "../process/netns.ts";
import { fail } from "../faults.ts";
import { INTERRUPTED, readWhole } from "./dump.ts";
import { isInterrupted, saysNoIndex, saysNoName, saysNotThere } from "./messages.ts";
import { batchArgv } from "./batch.ts";
import { type Dialogue, openDialogue } from "./dialogue.ts";
import { type Change, type Question, routeThrough } from "./commands.ts";
import { type Link, parseLinks } from "./link.ts";
import { argvOf, ip } from "./words.ts";

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

/** Ends the devices on stdout: `lo` is in every namespace where nobody has renamed it. */
const END_OF_STDOUT = ip`link show dev lo`;

/** Opens a session in the namespace at `netns`; whether that exists shows at the first exchange. */
export function openIpSession(converse: Converse, netns: string, timeoutMs: number): IpSession {
  return openSession(converse, sessionCommand(netns, timeoutMs));
}

/** Opens a session by a command that ends in {@link SESSION}. */
export function openSession(converse: Converse, command: Command): IpSession {
  return new Session(openDialogue(converse, "ip", command));
}

/** What a session is started with. */
function sessionCommand(netns: string, timeoutMs: number): Command {
  return { argv: inNetns(netns, SESSION), timeoutMs };
}

class Session implements IpSession {
  constructor(private readonly dialogue: Dialogue<"ip">) {}

  get ended(): boolean {
    return this.dialogue.ended;
  }

  show(questions: readonly Question[]): Promise<Link[]> {
    return this.dialogue.inTurn(() => readWhole(() => this.ask(questions)));
  }

  find(names: readonly string[]): Promise<Found> {
    return this.dialogue.inTurn(() => this.lookFor(names));
  }

  apply(change: Change): Promise<Completed | undefined> {
    return this.dialogue.inTurn(() => this.change(change));
  }

  async close(): Promise<void> {
    await this.dialogue.end();
  }

  private async ask(questions: readonly Question[]): Promise<Link[] | typeof INTERRUPTED> {
    const first = await this.dialogue.say([...questions, END_OF_STDOUT]);
    const reading = this.readLinks();
    // It is waited for below, unless something is wrong.
    reading.catch(() => {});
    const { ended, failures, errors } = await this.dialogue.readErrors();
    if (ended) throw new SessionEnded(await this.dialogue.lastWords(errors));
    // Whoever has NET_ADMIN in a pod can rename its lo: then stdout has no end.
    if (failures.some(({ line }) => line === first + questions.length)) {
      throw new SessionEnded(await this.dialogue.lastWords([NO_LO]));
    }
    const links = await reading;
    if (errors.some(isInterrupted)) return INTERRUPTED;
    const unexpected = errors.filter((line) => !saysNotThere(line));
    if (unexpected.length > 0) fail("kernel", `Cannot read the devices: ${unexpected.join(" ")}`);
    if (countUnanswered(questions, links) > errors.length) {
      throw new SessionEnded(await this.dialogue.lastWords([MADE_ANEW]));
    }
    return links;
  }

  private async lookFor(names: readonly string[]): Promise<Found> {
    const first = await this.dialogue.say(names.map(routeThrough));
    const { ended, failures, errors } = await this.dialogue.readErrors();
    if (ended) {
      await this.dialogue.lastWords(errors);
      return { there: names, isSure: false };
    }
    for (let routes = names.length - failures.length; routes > 0; routes--) {
      await this.dialogue.readLine();
    }
    const fails = (at: number, says: (line: string) => boolean) =>
      failures.some(({ line, errors }) => line === first + at && errors.some(says));
    return {
      there: names.filter((_, at) => !fails(at, saysNoName) && !fails(at, saysNoIndex)),
      isSure: !names.some((_, at) => fails(at, saysNoIndex)),
    };
  }

  private async change(change: Change): Promise<Completed | undefined> {
    const started = performance.now();
    await this.dialogue.say([change]);
    const { ended, failures, errors } = await this.dialogue.readErrors();
    const argv = argvOf(change);
    // Argument errors end `ip` on the spot, without a line number.
    if (ended) return { ...await this.dialogue.lastWords(errors), argv };
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

  private async readLinks(): Promise<Link[]> {
    const found = new Map<number, Link>();
    for (let line; (line = await this.dialogue.readLine()) !== undefined;) {
      const links = line.trim() === "" ? [] : parseLinks(line);
      // A pod's other device may have the name since its lo has another one.
      if (links.some(({ ifname, altnames }) => ifname === "lo" || altnames.includes("lo"))) break;
      for (const link of links) found.set(link.ifindex, link);
    }
    return [...found.values()];
  }
}

const NO_LO = "the namespace has no device lo";
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
