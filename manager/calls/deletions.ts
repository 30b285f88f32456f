// Deletions of many calls: calls do not wait as long as the kernel does, and share deletions.
import type { Completed } from "../../shared/process/command.ts";
import { sleep } from "../../shared/process/time.ts";
import type { Kernel } from "../../shared/iproute2/kernel.ts";
import { DELETE_MARKED } from "../../shared/lan/plan_delete.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";

/**
 * Deletions in flight at a time. Later requests share one more, which begins when the first of
 * these ends.
 */
export const MAX_RUNNING = 4;
/** Pause (ms) after which a device that is still there is looked for again. */
const LOOK_AGAIN_MS = 2;

/** A deletion that the kernel was given. */
interface Deletion {
  readonly done: Promise<Completed | undefined>;
}

/**
 * Soon after the kernel was told, a deleted device is gone in both namespaces. The kernel answers
 * 15-90 ms later, when every reader of its lists must have left (RCU), and for most of that time it
 * holds the lock for changes (RTNL). So each deletion has an `ip` of its own, and a call goes on as
 * soon as its devices cannot be found any more.
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
    // The devices are looked up now: later the question would wait for the lock. Another deletion
    // may have taken them already.
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
