// Reads the text of a lab.dep: which devices start after which.
import { cut, quote } from "../../shared/quote.ts";

/**
 * Reads lines `DEVICE: OTHER OTHER...`. Throws `lab.dep:LINE: Cannot read ...` at the first line
 * that is wrong or that closes a loop.
 */
export function parseLabDep(text: string): ReadonlyMap<string, readonly string[]> {
  const after = new Map<string, readonly string[]>();
  for (const [at, source] of text.split("\n").entries()) {
    const line = source.trim();
    if (line === "" || line.startsWith("#")) continue;
    const [, device, others] = /^([\w-]+)\s*:\s*([\w-]+(?:\s+[\w-]+)*)$/.exec(line) ?? [];
    const refuse = (why: string) => {
      throw new Error(`lab.dep:${at + 1}: Cannot read ${quote(line)}: ${why}`);
    };
    if (device === undefined || others === undefined) {
      return refuse("it is not DEVICE: DEVICE...");
    }
    // As in Kathara, a later line of a device takes the place of an earlier one.
    after.set(device, others.split(/\s+/));
    if (comesAfterItself(device, after)) refuse(`${cut(device)} would have to wait for itself`);
  }
  return after;
}

function comesAfterItself(device: string, after: ReadonlyMap<string, readonly string[]>): boolean {
  const seen = new Set<string>();
  const queue = [...after.get(device) ?? []];
  for (const one of queue) {
    if (one === device) return true;
    if (seen.has(one)) continue;
    seen.add(one);
    queue.push(...after.get(one) ?? []);
  }
  return false;
}
