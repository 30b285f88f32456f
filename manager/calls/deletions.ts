// Deletions of many calls: nobody waits for what the kernel waits for, and those that come at once are one.
import type { Completed } from "../../shared/command.ts";
import type { Kernel } from "../../shared/iproute2/kernel.ts";
import { DELETE_MARKED, markDeleted, nameOfMarked } from "../../shared/lan/delete_devices.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { isMissingDevice } from "../../shared/steps.ts";

/** How many the kernel is given at a time; what is asked for beyond that is one more, for all who ask. */
export const MAX_RUNNING = 4;
/** A device that was still there when it should have gone is looked for again after so long. */
const LOOK_AGAIN_MS = 2;

/** A deletion that the kernel was given. */
interface Deletion {
  readonly done: Promise<Completed | undefined>;
}

/**
 * A deleted device is gone, in both namespaces, less than a millisecond after the kernel was told. Its answer comes 15-90 ms
 * later, when the last reader of its lists must have left (RCU). So each deletion has an `ip` of its own, and a call goes on
 * when its devices cannot be found any more.
 */
export class Deletions {
  #running = new Set<Promise<unknown>>();
  #next: Promise<Deletion> | undefined;

  /** @param open opens a kernel for one deletion */
  constructor(private readonly open: () => Kernel) {}

  /** The kernel of a call, whose deletions of what it has marked are run by this. */
  share(kernel: Kernel): Kernel {
    const indexes = new Map<string, number>();
    const marked: string[] = [];
    return {
      ...kernel,
      show: async (netns, questions) => {
        const links = await kernel.show(netns, questions);
        for (const { ifname, ifindex } of links) indexes.set(ifname, ifindex);
        return links;
      },
      apply: async (netns, args) => {
        if (args === DELETE_MARKED) {
          const doomed = marked.splice(0).flatMap((name) => indexes.get(name) ?? []);
          return await this.#delete(kernel, doomed);
        }
        const name = nameOfMarked(args);
        if (name !== undefined) marked.push(name);
        return await kernel.apply(netns, args);
      },
    };
  }

  /** Waits for what is still going on. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #delete(kernel: Kernel, doomed: readonly number[]): Promise<Completed | undefined> {
    const { done } = await this.#start();
    let isDone = false;
    const end = () => isDone = true;
    void done.then(end, end);
    for (const ifindex of doomed) {
      while (!isDone && await isThere(kernel, ifindex)) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      }
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

/**
 * Marks it again: `ip` takes `ifN` for a device's index where none has that name, so one that was made anew is not meant.
 * (Asked to show a device that goes at the same moment, `ip` would end.)
 */
async function isThere(kernel: Kernel, ifindex: number): Promise<boolean> {
  const failure = await kernel.apply(LAN_NETNS, markDeleted(`if${ifindex}`));
  return failure === undefined || !isMissingDevice(failure);
}
