// Where the reflectors are: names are asked for again and again, for pods come and go behind them.
import { type Run, run as runHere } from "../../shared/process/exec.ts";
import { isAddress } from "../settings.ts";

/** Addresses by the text of the setting that they were found for. */
export type Found = ReadonlyMap<string, readonly string[]>;

/**
 * Looks the names up. A name that is not found keeps its addresses of `last`: sessions outlive
 * their DNS, and a list that is not whole.
 * @param reflectors addresses, names, and `NAME/ADDRESS`: the address until the name is found
 */
export async function findReflectors(
  reflectors: readonly string[],
  last: Found = new Map(),
  run: Run = runHere,
): Promise<Found> {
  const found = await Promise.all(reflectors.map(async (text) => {
    const [name = "", otherwise] = text.split("/");
    const addresses = isAddress(name) ? [name] : await lookUp(run, name);
    const before = last.get(text) ?? (otherwise === undefined ? [] : [otherwise]);
    return [text, addresses.length > 0 ? addresses : before] as const;
  }));
  return new Map(found);
}

/** The list without the address that stands beside a name: that one is a Service's. */
export function withoutServices(reflectors: readonly string[]): string[] {
  return reflectors.map((text) => text.replace(/\/.*/, ""));
}

/** All addresses, each once, in an order that does not depend on the DNS's. */
export function addressesOf(found: Found): string[] {
  return [...new Set([...found.values()].flat())].sort();
}

/**
 * Looks a name up by getent(1): so /etc/hosts counts, too, and this program needs no permission for
 * the network.
 */
async function lookUp(run: Run, name: string): Promise<string[]> {
  const done = await run({ argv: ["getent", "ahosts", "--", name], timeoutMs: 5_000 });
  if (done.reason !== "success") return [];
  const addresses = done.stdout.split("\n").map((line) => line.split(" ")[0] ?? "");
  return addresses.filter(isAddress);
}
