// Deletions of many calls: nobody waits for what the kernel waits for, and those that come at once are one.
import type { Completed } from "../../shared/process/command.ts";
import { sleep } from "../../shared/process/time.ts";
import type { Kernel } from "../../shared/iproute2/kernel.ts";
import { DELETE_MARKED } from "../../shared/lan/plan_delete.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";

/** How many the kernel is given at a time; what is asked for beyond that is one more, for all who ask. */
export const MAX_RUNNING = 4;
/** A device that was still there when it should have gone is looked for again after so long. */
const LOOK_AGAIN_MS = 2;

/** A deletion that the kernel was given. */
interface Deletion {
  readonly done: Promise<Completed | undefined>;
}

/**
 * A deleted device is gone, in both namespaces, soon after the kernel was told. Its answer comes 15-90 ms later, when the last
 * reader of its lists must have left (RCU), and most of that time it holds the lock for changes (RTNL). So each deletion has an
 * `ip` of its own, and a call goes on when its devices cannot be found any more: whoever looks for them waits for the lock.
 */
export class Deletions {
  #running = new Set<Promise<unknown>>();
  #next: Promise<Deletion> | undefined;

  /** @param open opens a kernel for one deletion */
  constructor(private readonly open: () => Kernel) {}

  /** The kernel of a call, whose deletions of what it has marked are run by this. */
  share(kernel: Kernel): Kernel {
    const marked: string[] = [];
    return {
      ...kernel,
      apply: async (netns, change) => {
        const { deletion } = change;
        if (deletion?.kind === "all marked") return await this.#delete(kernel, marked.splice(0));
        if (deletion?.kind === "mark") marked.push(deletion.device);
        return await kernel.apply(netns, change);
      },
    };
  }

  /** Waits for what is still going on. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #delete(kernel: Kernel, doomed: readonly string[]): Promise<Completed | undefined> {
    // Which devices are meant is looked up now: later that would wait for the lock. Another deletion may have taken them.
    const { there, isSure } = await kernel.find(LAN_NETNS, doomed);
    if (isSure && there.length === 0) return undefined;
    const { done } = await this.#start();
    if (!isSure) return await done;
    let isDone = false;
    const end = () => isDone = true;
    void done.then(end, end);
    while (!isDone && (await kernel.find(LAN_NETNS, there)).there.length > 0) {
      await sleep(LOOK_AGAIN_MS);
    }
    return isDone ? await done : undefined;
  }

  async #start(): Promise<Deletion> {
    if (this.#next !== undefined) return await this.#next;
    if (this.#running.size < MAX_RUNNING) return this.#begin();
    this.#next = Promise.race(this.#running).then(() => {
      this.#next = undefined;
      return this.#begin();
    });
    return await this.#next;
  }

  #begin(): Deletion {
    const kernel = this.open();
    const done = kernel.apply(LAN_NETNS, DELETE_MARKED);
    const running = done.catch(() => {}).finally(async () => {
      this.#running.delete(running);
      await kernel.close();
    });
    this.#running.add(running);
    return { done };
  }
}
