// One waiting lock a file in a process with many calls: each waiting flock(2) takes a thread, and Deno has 512.
import { fail } from "../../shared/faults.ts";
import type { Host } from "../../shared/host.ts";

/**
 * Wraps `lock` so that calls of this process wait for each other in order, and only the first of them waits in the kernel.
 * The time limit is of both waits together.
 */
export function queueLocks(lock: Host["lock"]): Host["lock"] {
  const tails = new Map<string, Promise<void>>();
  return async (path, make, timeoutMs) => {
    const started = performance.now();
    const turn = tails.get(path) ?? Promise.resolve();
    const { promise: done, resolve: finish } = Promise.withResolvers<void>();
    const tail = turn.then(() => done);
    tails.set(path, tail);
    const release = () => {
      if (tails.get(path) === tail) tails.delete(path);
      finish();
    };
    try {
      await inTime(turn, path, timeoutMs);
      const held = await lock(path, make, timeoutMs - (performance.now() - started));
      return {
        [Symbol.dispose]() {
          held[Symbol.dispose]();
          release();
        },
      };
    } catch (error) {
      // Whoever waits behind waits for those before, too.
      void turn.then(release);
      throw error;
    }
  };
}

async function inTime(turn: Promise<void>, path: string, timeoutMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const overdue = new Promise<"overdue">((resolve) => {
    timer = setTimeout(() => resolve("overdue"), timeoutMs);
  });
  const outcome = await Promise.race([turn, overdue]);
  clearTimeout(timer);
  if (outcome === "overdue") {
    fail(
      "try-later",
      `Cannot lock ${path}: other calls have held it for ${Math.round(timeoutMs / 1000)} s`,
    );
  }
}
