// Long lists of devices: a change in the namespace between two parts of one, and it may lack a device.
import { fail } from "../faults.ts";

/** What a look answers that has to be taken again. */
export const INTERRUPTED = "interrupted";
const MAX_DUMPS = 50;

/** Looks until a list is whole.
 * @throws {FaultError} "try-later" when the devices change all the time */
export async function readWhole<T>(look: () => Promise<T | typeof INTERRUPTED>): Promise<T> {
  for (let dumps = 1; dumps <= MAX_DUMPS; dumps++) {
    const found = await look();
    if (found !== INTERRUPTED) return found;
  }
  return fail("try-later", `Cannot read the devices: they changed during ${MAX_DUMPS} looks`);
}
