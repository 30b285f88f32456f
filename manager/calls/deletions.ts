// Deletions that wait together: one `link del group` for all calls that have marked devices while another one ran.
import type { Completed } from "../../shared/command.ts";
import type { Kernel } from "../../shared/iproute2/kernel.ts";
import { DELETE_MARKED } from "../../shared/lan/delete_devices.ts";

type Deletion = () => Promise<Completed | undefined>;

/** Runs one deletion at a time; those that are asked for meanwhile share the next one, and its outcome. */
export class Deletions {
  #running: Promise<unknown> | undefined;
  #next: Promise<Completed | undefined> | undefined;

  run(deletion: Deletion): Promise<Completed | undefined> {
    if (this.#next !== undefined) return this.#next;
    if (this.#running === undefined) return this.#start(deletion);
    // A deletion that fails is told to those who asked for it; the next one is run all the same.
    this.#next = this.#running.catch(() => {}).then(() => {
      this.#next = undefined;
      return this.#start(deletion);
    });
    return this.#next;
  }

  /** A kernel whose deletions of what is marked are run by this. */
  share(kernel: Kernel): Kernel {
    return {
      ...kernel,
      apply: (netns, args) => {
        const apply = () => kernel.apply(netns, args);
        return args === DELETE_MARKED ? this.run(apply) : apply();
      },
    };
  }

  #start(deletion: Deletion): Promise<Completed | undefined> {
    const running = deletion().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}
