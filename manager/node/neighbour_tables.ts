// The kernel's tables of neighbours: what `ip` says of their room, and which room they are to have.
import * as z from "zod";
import { ip, type IpCommand } from "../../shared/iproute2/words.ts";
import { readAnswer } from "../../shared/process/answers.ts";

/** Linux has one table of a family for all network namespaces of a machine. */
export const TABLES = { IPv4: "arp_cache", IPv6: "ndisc_cache" } as const;
export type Family = keyof typeof TABLES;
export const FAMILIES = Object.keys(TABLES) as Family[];

/** How many neighbours a table has when something is done about it (arp(7), gc_thresh1 to 3). */
export interface Thresholds {
  /** With fewer, nobody is forgotten. */
  readonly thresh1: number;
  /** With more, whoever was not heard for five seconds is forgotten when another one comes. */
  readonly thresh2: number;
  /** With so many, no other one is taken. */
  readonly thresh3: number;
}

/** The question for a table, which is answered in every network namespace. */
export function askForTable(family: Family): IpCommand {
  return ip`ntable show name ${TABLES[family]}`;
}

/** The kernel takes it in the machine's own (initial) network namespace alone. */
export function setThresholds(family: Family, most: Thresholds): IpCommand {
  const { thresh1, thresh2, thresh3 } = most;
  return ip`ntable change name ${TABLES[family]}
    thresh1 ${thresh1} thresh2 ${thresh2} thresh3 ${thresh3}`;
}

const count = z.number().int().nonnegative();
const table = z.array(z.object({
  /** Of what a device has for itself; the table has none. */
  dev: z.string().optional(),
  thresh1: count.optional(),
  thresh2: count.optional(),
  thresh3: count.optional(),
}));

/**
 * What the kernel has now; undefined where it has no such table, such as without IPv6.
 * @throws {Error} where `ip` has printed something else
 */
export function parseThresholds(printed: string): Thresholds | undefined {
  const entries = readAnswer(table, "ip", printed.trim() === "" ? "[]" : printed);
  const { thresh1, thresh2, thresh3 } = entries.find(({ dev }) => dev === undefined) ?? {};
  if (thresh1 === undefined || thresh2 === undefined || thresh3 === undefined) return undefined;
  return { thresh1, thresh2, thresh3 };
}

/**
 * What a table is to have so that it takes `most` neighbours; undefined where it is left. The lower
 * thresholds are in Linux' own proportion (128, 512 and 1,024). With the old ones the kernel would
 * have a large lab's devices forget each other again and again, and ask anew by broadcasts. No
 * threshold becomes less.
 */
export function planThresholds(seen: Thresholds, most: number): Thresholds | undefined {
  if (seen.thresh3 >= most) return undefined;
  return {
    thresh1: Math.max(seen.thresh1, Math.floor(most / 8)),
    thresh2: Math.max(seen.thresh2, Math.floor(most / 2)),
    thresh3: most,
  };
}
