// The devices of several namespaces, each through an `ip` session that is opened when needed.
import type { Completed } from "../process/command.ts";
import type { Change, Question } from "./commands.ts";
import type { Link } from "./link.ts";
import { type Found, type IpSession, openIpSession } from "./session.ts";
import type { Converse } from "../process/exec.ts";

/** Reads and changes devices; every namespace is a path. */
export interface Kernel {
  /**
   * Opens the session in a namespace.
   * @throws {SessionEnded} when the namespace cannot be entered
   */
  enter(netns: string): Promise<void>;
  /**
   * The devices that the questions find.
   * @throws {SessionEnded} when the namespace cannot be entered or has no device `lo`, and where a
   * device has been made anew since it was asked for
   */
  show(netns: string, questions: readonly Question[]): Promise<Link[]>;
  /** See {@link IpSession.find}. */
  find(netns: string, names: readonly string[]): Promise<Found>;
  /** Runs one change. The answer is what went wrong, or undefined. */
  apply(netns: string, change: Change): Promise<Completed | undefined>;
  /** Ends the sessions. */
  close(): Promise<void>;
}

/**
 * Opens a kernel: its sessions start when they are first needed.
 * @param remainingMs bounds each session by what is left of the caller's time when it is opened
 * @param atOnce namespaces whose sessions start now
 * @throws {FaultError} "try-later" when a session that is to start now cannot
 */
export function openKernel(
  converse: Converse,
  remainingMs: () => number,
  atOnce: readonly string[] = [],
): Kernel {
  const sessions = new Map<string, IpSession>();
  const session = (netns: string) => {
    const open = sessions.get(netns) ?? openIpSession(converse, netns, remainingMs());
    sessions.set(netns, open);
    return open;
  };
  const forgetEnded = (netns: string) => {
    if (sessions.get(netns)?.ended) sessions.delete(netns);
  };
  const close = async () => {
    const open = [...sessions.values()];
    sessions.clear();
    await Promise.all(open.map((one) => one.close()));
  };
  async function show(netns: string, questions: readonly Question[]): Promise<Link[]> {
    try {
      return await session(netns).show(questions);
    } finally {
      forgetEnded(netns);
    }
  }
  atOnce.forEach(session);
  return {
    show,
    async enter(netns) {
      await show(netns, []);
    },
    async find(netns, names) {
      const found = await session(netns).find(names);
      forgetEnded(netns);
      return found;
    },
    async apply(netns, change) {
      const failure = await session(netns).apply(change);
      forgetEnded(netns);
      // All sessions have the caller's time: where it is over, undoing needs new ones.
      if (failure?.reason === "timeout") await close();
      return failure;
    },
    close,
  };
}
