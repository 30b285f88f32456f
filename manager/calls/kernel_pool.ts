// Sessions of `ip` in the LAN namespace: started ahead, and used by call after call for a moment.
import type { Question } from "../../shared/iproute2/commands.ts";
import type { Kernel } from "../../shared/iproute2/kernel.ts";
import type { Link } from "../../shared/iproute2/link.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";

/**
 * A session keeps each pod namespace that it has named open. This is by how long (ms) a namespace
 * may outlive its pod for that.
 */
export const SERVICE_MS = 500;
/**
 * Spares are made after a pause (ms): calls come in bursts, a start competes with them for the CPU,
 * and most calls of a burst use each other's sessions.
 */
const FILL_DELAY_MS = 250;

/** A kernel that is lent to one call at a time. */
interface Member {
  readonly kernel: Kernel;
  /** Where its session is. */
  readonly place: unknown;
  /** When (ms) it is to be ended; undefined for a spare, which no call has used. */
  readonly until?: number;
  /**
   * A session that has not started for the call that has it may be of no use any more: a spare may
   * have been killed, and one that has served knows names that may be other devices' now.
   */
  age: "new" | "spare" | "served";
  timer?: ReturnType<typeof setTimeout>;
}

export class KernelPool {
  readonly #idle = new Set<Member>();
  readonly #spares: Member[] = [];
  #filling: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  /**
   * @param open makes a kernel, with its session started: that takes 5 ms of a processor
   * @param place tells where a session would be that starts now (the namespace's inode); sessions
   *   of another place are of no use
   * @param size how many spares are kept; each is an idle process of 2 MB
   */
  constructor(
    private readonly open: () => Kernel,
    private readonly place: () => unknown,
    private readonly size = 0,
  ) {}

  /** A call's kernel that borrows one of the pool's for the LAN namespace, until it is closed. */
  share(kernel: Kernel): Kernel {
    let borrowed: Member | undefined;
    const member = () => borrowed ??= this.#take();
    const of = (netns: string) => netns === LAN_NETNS ? member().kernel : kernel;
    /**
     * `ip` keeps the index of each name that it has met, and is of no use when another device has
     * that name now: the question then fails, and another session is asked. Nothing else can go
     * wrong by it, because each call asks for a device, under its LAN's lock, before it uses its
     * name.
     */
    const ask = async (questions: readonly Question[]): Promise<Link[]> => {
      const { kernel, age } = member();
      try {
        return await kernel.show(LAN_NETNS, questions);
      } catch (thrown) {
        if (age === "new") throw thrown;
        borrowed = undefined;
        void kernel.close();
        borrowed = age === "served" ? this.#takeUnused() : this.#takeNew();
        return await ask(questions);
      }
    };
    const show = (netns: string, questions: readonly Question[]) =>
      netns === LAN_NETNS ? ask(questions) : kernel.show(netns, questions);
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

  /** Makes the spares that are missing. What cannot be made now is made when a call needs it. */
  fill(): void {
    this.#dropStrangers();
    try {
      while (!this.#isClosed && this.#spares.length < this.size) this.#spares.push(this.#make());
    } catch {
      // The call that needs a session next meets the same error, and tells it.
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#filling);
    const members = [...this.#idle, ...this.#spares.splice(0)];
    await Promise.all(members.map((member) => this.#end(member)));
  }

  #make(): Member {
    // A session opens the namespace a moment later. Where another one has its place then, a spare
    // that says the old place is ended; one that said the new place might be in the old one.
    const place = this.place();
    return { kernel: this.open(), place, age: "new" };
  }

  #take(): Member {
    this.#dropStrangers();
    // The last one has met the names of now; the others may have met those of earlier devices.
    const idle = [...this.#idle].at(-1);
    if (idle !== undefined) {
      clearTimeout(idle.timer);
      this.#idle.delete(idle);
      return idle;
    }
    return this.#takeUnused();
  }

  /** Takes one that has met no name yet. */
  #takeUnused(): Member {
    if (this.size > 0) this.#filling ??= setTimeout(() => this.#refill(), FILL_DELAY_MS);
    const spare = this.#spares.shift();
    if (spare === undefined) return this.#takeNew();
    return { ...spare, until: performance.now() + SERVICE_MS, age: "spare" };
  }

  #takeNew(): Member {
    return { ...this.#make(), until: performance.now() + SERVICE_MS };
  }

  #refill(): void {
    this.#filling = undefined;
    this.fill();
  }

  #giveBack(member: Member): void {
    const remainingMs = (member.until ?? 0) - performance.now();
    if (remainingMs <= 0) return void this.#end(member);
    member.age = "served";
    // A timer that is due when the member is lent again may fire although it was cleared.
    member.timer = setTimeout(() => {
      if (this.#idle.has(member)) void this.#end(member);
    }, remainingMs);
    this.#idle.add(member);
  }

  /** Ends what is idle in a namespace that is no longer the LAN namespace. */
  #dropStrangers(): void {
    const place = this.place();
    const isStranger = (member: Member) => member.place !== place;
    const spares = this.#spares.splice(0);
    this.#spares.push(...spares.filter((member) => !isStranger(member)));
    for (const member of [...this.#idle, ...spares].filter(isStranger)) void this.#end(member);
  }

  #end(member: Member): Promise<void> {
    clearTimeout(member.timer);
    this.#idle.delete(member);
    return member.kernel.close();
  }
}
