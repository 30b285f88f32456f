// Sessions of `ip` in the LAN namespace that serve call after call for a moment: starting one takes 5 ms of a processor.
import type { Question } from "../../shared/iproute2/commands.ts";
import type { Kernel } from "../../shared/iproute2/kernel.ts";
import type { Link } from "../../shared/iproute2/link.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";

/** A session holds the pods' namespaces that it has named: they may outlive their pods by as much, and no more. */
export const SERVICE_MS = 500;

/** A kernel that is lent to one call at a time. */
interface Member {
  readonly kernel: Kernel;
  /** Where its session is. */
  readonly place: unknown;
  /** When it is to be ended (ms). */
  readonly until: number;
  hasServed: boolean;
  timer?: ReturnType<typeof setTimeout>;
}

export class KernelPool {
  readonly #idle = new Set<Member>();

  /**
   * @param open makes a kernel
   * @param place tells where a session opened now would be (the namespace's inode): those elsewhere are no use
   */
  constructor(private readonly open: () => Kernel, private readonly place: () => unknown) {}

  /** The kernel of a call, which from now on borrows one of these for the LAN namespace, until it is closed. */
  share(kernel: Kernel): Kernel {
    let borrowed: Member | undefined;
    const member = () => borrowed ??= this.#take();
    const of = (netns: string) => netns === LAN_NETNS ? member().kernel : kernel;
    const show = (netns: string, questions: readonly Question[]) =>
      netns === LAN_NETNS ? ask(member(), questions) : kernel.show(netns, questions);
    return {
      show,
      enter: async (netns) => void await show(netns, []),
      find: (netns, names) => of(netns).find(netns, names),
      apply: (netns, change) => of(netns).apply(netns, change),

      close: async () => {
        if (borrowed !== undefined) this.#giveBack(borrowed);
        borrowed = undefined;
        await kernel.close();
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#idle].map((member) => this.#end(member)));
  }

  #take(): Member {
    const place = this.place();
    for (const member of this.#idle) {
      if (member.place === place) {
        clearTimeout(member.timer);
        this.#idle.delete(member);
        return member;
      }
      void this.#end(member);
    }
    const until = performance.now() + SERVICE_MS;
    return { kernel: this.open(), place, until, hasServed: false };
  }

  #giveBack(member: Member): void {
    const remainingMs = member.until - performance.now();
    if (remainingMs <= 0) return void this.#end(member);
    member.hasServed = true;
    // A timer that is due when the member is lent again may fire although it was cleared.
    member.timer = setTimeout(() => {
      if (this.#idle.has(member)) void this.#end(member);
    }, remainingMs);
    this.#idle.add(member);
  }

  #end(member: Member): Promise<void> {
    clearTimeout(member.timer);
    this.#idle.delete(member);
    return member.kernel.close();
  }
}

/**
 * `ip` keeps the index of each name that it has met, and is of no use when another device has that name now: the question then
 * fails, and is asked in another session. Nothing else can go wrong by it, because each call asks for a device, under its LAN's
 * lock, before it uses its name.
 */
async function ask({ kernel, hasServed }: Member, questions: readonly Question[]): Promise<Link[]> {
  try {
    return await kernel.show(LAN_NETNS, questions);
  } catch (thrown) {
    if (!hasServed) throw thrown;
    await kernel.close();
    return await kernel.show(LAN_NETNS, questions);
  }
}
