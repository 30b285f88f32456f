// Removes a lab's folder, also while what a killed lab had begun still makes files in it.
import { ignoreMissing } from "../../shared/files.ts";
import { sleep } from "../../shared/process/time.ts";
import { scaled } from "../../shared/process/time_scale.ts";

/** Programs that a killed lab had started on this machine end by themselves, within seconds. */
const LIMIT_MS = 10_000;
const PAUSE_MS = 50;
/** ENOTEMPTY of rmdir(2), for which Deno has no class. */
const NOT_EMPTY = /\(os error 39\)/;

/**
 * A folder that is not there is right.
 * @param remove removes it once, or throws as `Deno.remove` does
 * @throws {Error} when it cannot be removed, or is still written to after the limit
 */
export async function removeFolder(
  dir: string,
  remove: (dir: string) => Promise<void> = (dir) => Deno.remove(dir, { recursive: true }),
): Promise<void> {
  const end = performance.now() + scaled(LIMIT_MS);
  for (;;) {
    try {
      return await remove(dir).catch(ignoreMissing);
    } catch (error) {
      const isWrittenTo = error instanceof Error && NOT_EMPTY.test(error.message);
      if (!isWrittenTo || performance.now() > end) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
