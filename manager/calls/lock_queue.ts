// One waiting lock a file in a process with many calls: each waiting flock(2) takes a thread, and Deno has 512.
import type { Ports } from "../../shared/ports.ts";

/** Wraps `lock` so that calls of this process wait for each other in order, and only the first of them waits in the kernel. */
export function queueLocks(lock: Ports["lock"]): Ports["lock"] {
  const tails = new Map<string, Promise<void>>();
  return async (path, make, timeoutMs) => {
    const turn = tails.get(path) ?? Promise.resolve();
    const { promise: done, resolve: finish } = Promise.withResolvers<void>();
    const tail = turn.then(() => done);
    tails.set(path, tail);
    const release = () => {
      if (tails.get(path) === tail) tails.delete(path);
      finish();
    };
    await turn;
    try {
      const held = await lock(path, make, timeoutMs);
      return {
        [Symbol.dispose]() {
          held[Symbol.dispose]();
          release();
        },
      };
    } catch (error) {
      release();
      throw error;
    }
  };
}
