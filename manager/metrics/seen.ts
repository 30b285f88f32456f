// What a scrape sees of its node: a value that the table's rows read.
import type { LimitCount } from "../events/limit_counts.ts";
import type { Repairs } from "../events/repairs.ts";
import type { Session } from "../frr/query.ts";
import type { Role } from "../settings.ts";
import type { FilterFigures } from "../underlay/filter.ts";
import type { LanEntries } from "./lan_entries.ts";
import type { Labels } from "./row.ts";

export interface SeenLan {
  readonly labels: Labels;
  /** Pods' interfaces on it. */
  readonly ports: number;
  /** Undefined before the forwarding entries were counted for the first time. */
  readonly entries: LanEntries | undefined;
}

/** All figures are of one moment, but for those of FRR, which are of the last look. */
export interface Seen {
  readonly role: Role;
  readonly version: string;
  readonly runtime: string;
  /** In seconds of all processors. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  /** In seconds since 1970. */
  readonly startTime: number;
  readonly isReady: boolean;
  /** How long ago (s) the last look was; undefined before the first one. */
  readonly lookAge: number | undefined;
  /** Undefined before the first look has ended. */
  readonly dutiesFailing: number | undefined;
  /** FRR's daemons that answered. */
  readonly daemons: readonly string[];
  /** With the uptime (ms) that they have now. */
  readonly sessions: readonly Session[];
  /** None on a reflector. */
  readonly lans: readonly SeenLan[];
  readonly lansLeftOut: number;
  readonly portsLeftOut: number;
  readonly repairs: Repairs;
  readonly limits: readonly LimitCount[];
  /** Undefined where there is no filter. */
  readonly filter: FilterFigures | undefined;
}
