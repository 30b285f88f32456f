// Reads lists of devices whole: they come in parts, and a change in between may drop a device.
import { fail } from "../faults.ts";

/** The answer of a look at a list that a change has interrupted. */
export const INTERRUPTED = "interrupted";
const MAX_DUMPS = 50;

/**
 * Looks until a list is whole.
 * @throws {FaultError} "try-later" when the devices change all the time
 */
export async function readWhole<T>(look: () => Promise<T | typeof INTERRUPTED>): Promise<T> {
  for (let dumps = 1; dumps <= MAX_DUMPS; dumps++) {
    const found = await look();
    if (found !== INTERRUPTED) return found;
  }
  return fail("try-later", `Cannot read the devices: they changed during ${MAX_DUMPS} looks`);
}
