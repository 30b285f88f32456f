// Queues the locks of calls in one process: each waiting flock(2) takes one of Deno's 512 threads.
import { fail } from "../../shared/faults.ts";
import { within } from "../../shared/process/time.ts";
import { scaled, unscaled } from "../../shared/process/time_scale.ts";
import type { Host } from "../../shared/host.ts";

/**
 * Wraps `lock` so that calls of this process wait for each other in order. Only the first of them
 * waits in the kernel. The time limit counts for both waits together.
 */
export function queueLocks(lock: Host["lock"]): Host["lock"] {
  const tails = new Map<string, Promise<void>>();
  return async (path, options) => {
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
      await inTime(turn, path, scaled(options.timeoutMs));
      const timeoutMs = options.timeoutMs - unscaled(performance.now() - started);
      const held = await lock(path, { ...options, timeoutMs });
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
  if (await within(timeoutMs, turn) === "overdue") {
    fail(
      "try-later",
      `Cannot lock ${path}: other calls have held it for ${Math.round(timeoutMs / 1000)} s`,
    );
  }
}
