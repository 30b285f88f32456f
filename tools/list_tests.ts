// Finds test files by the beginnings of their paths.
import { basename, dirname } from "node:path";
import { ROOT } from "./checkout.ts";

/**
 * The test files below tests/ whose paths there begin so, as paths of the checkout. `plugin/` names
 * all of a folder, `manager/worker_` those of a folder whose names begin so.
 * @throws {Error} when there is none for one of the beginnings
 */
export function listTests(beginnings: readonly string[]): string[] {
  return beginnings.flatMap((beginning) => {
    const folder = beginning.endsWith("/") ? beginning.slice(0, -1) : dirname(beginning);
    const start = beginning.endsWith("/") ? "" : basename(beginning);
    const files = Array.from(Deno.readDirSync(`${ROOT}/tests/${folder}`), ({ name }) => name)
      .filter((name) => name.startsWith(start) && name.endsWith("_test.ts")).sort();
    if (files.length === 0) throw new Error(`Cannot run tests/${beginning}*: there is none`);
    return files.map((name) => folder === "." ? `tests/${name}` : `tests/${folder}/${name}`);
  });
}
