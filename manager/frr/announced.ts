// Asks a reflector's bgpd what one of its callers has announced.
import type { Run } from "../../shared/process/exec.ts";
import { quote } from "../../shared/quote.ts";
import { askFrr } from "./ask.ts";
import { vtysh } from "./vtysh.ts";

/** What a caller has announced, and what was not refused: each address once. */
export interface Announced {
  /** Of the route distinguishers, without their numbers: addresses, or ASes. */
  readonly administrators: readonly string[];
  /** Of the routes of type 3: the nodes that want to have what is flooded. */
  readonly originators: readonly string[];
  /** Ethernet tags of its routes, but for 0: a node's routes have that one. */
  readonly tags: readonly string[];
  /** Ethernet segments of its routes: a node's routes have none. */
  readonly segments: readonly string[];
}

/** A node's route takes 0.14 kB; one with as many communities as an update has room for, 5 kB. */
const ROUTE_BYTES = 512;
const LEAST_BYTES = 1024 * 1024;
/**
 * bgpd prints a heading for each route distinguisher, and the prefix of each route (RFC 7432,
 * section 7) on a line that begins with the route's state. Attributes are indented further.
 */
const HEADING_OR_ROUTE = /^Route Distinguisher:(.*)$|^[^[\]\n]{0,8}(\[\d+\]:.*)$/gm;
const TAGGED = /^\[[23]\]:\[(?!0\])(\d+)\]/;
/** An attribute of its own line, which FRR prints for a segment other than 0. */
const SEGMENT = /^ +ESI:(\S+)/gm;
const MULTICAST = /^\[3\]:\[\d+\]:\[\d+\]:\[(.+)\]$/;
/** The last line, which also says that there is no such route, or no such neighbor any more. */
const COUNT = /^(?:Displayed (\d+) |No (?:prefixes displayed|such neighbor))/m;

/** What a node with so many routes announces takes less (bytes), as bgpd prints and receives it. */
export function boundOf(mostRoutes: number): number {
  return LEAST_BYTES + mostRoutes * ROUTE_BYTES;
}

/**
 * Reads bgpd's table, because its JSON has six times the bytes and takes it five times as long.
 * @returns undefined when bgpd is away; "too long" where `mostRoutes` routes of a node take
 * less: the manager has not the memory for all that a caller can announce
 * @throws {Error} where bgpd does not answer in time, or the table is not of the form that is
 * known: not to know is not to approve
 */
export async function readAnnounced(
  run: Run,
  peer: string,
  mostRoutes: number,
): Promise<Announced | "too long" | undefined> {
  const maxOutputBytes = boundOf(mostRoutes);
  const command = { ...vtysh.announced(peer), maxOutputBytes, mayBeCut: true } as const;
  const { reason, stdout, isCut } = await askFrr(run, command);
  if (reason !== "success") return undefined;
  return isCut ? "too long" : parseAnnounced(stdout);
}

function parseAnnounced(table: string): Announced {
  const administrators = new Set<string>();
  const originators = new Set<string>();
  const tags = new Set<string>();
  let count = 0;
  for (const [, distinguisher, route = ""] of table.matchAll(HEADING_OR_ROUTE)) {
    if (distinguisher !== undefined) {
      administrators.add(toAdministrator(distinguisher));
      continue;
    }
    count++;
    const [, originator] = MULTICAST.exec(route) ?? [];
    if (originator !== undefined) originators.add(originator);
    const [, tag] = TAGGED.exec(route) ?? [];
    if (tag !== undefined) tags.add(tag);
  }
  const segments = new Set([...table.matchAll(SEGMENT)].map(([, segment]) => segment!));
  const end = COUNT.exec(table);
  const isRead = end !== null && count === Number(end[1] ?? 0) &&
    (count === 0 || administrators.size > 0);
  if (!isRead) throw new Error(`Cannot read what bgpd has printed: ${quote(table)}`);
  return {
    administrators: [...administrators],
    originators: [...originators],
    tags: [...tags],
    segments: [...segments],
  };
}

/** Of such as "10.0.0.1:2". Some versions print the kind of the distinguisher before it. */
function toAdministrator(distinguisher: string): string {
  return distinguisher.trim().replace(/^\w+ /, "").replace(/:\d+$/, "");
}
