// What has changed between two inventories, and an inventory with changes made to it: pure.
import { compare, compareLans, comparePorts } from "../inventory/build_inventory.ts";
import {
  type Inventory,
  type LanInfo,
  MOST_EVENTS,
  type PortInfo,
  type SessionInfo,
} from "../inventory/inventory.ts";
import { type Change } from "./messages.ts";

/** Undefined where nothing has changed. */
export function findChange(before: Inventory, after: Inventory): Change | undefined {
  const last = before.events.at(-1)?.number ?? 0;
  const events = after.events.filter(({ number }) => number > last);
  const change = {
    ...pick("node", before, after),
    ...pick("daemons", before, after),
    ...pick("portsLeftOut", before, after),
    ...part("sessions", compareLists(before.sessions, after.sessions, sessionKey)),
    ...part("lans", compareLists(before.lans, after.lans, lanKey)),
    ...part("ports", compareLists(before.ports, after.ports, portKey)),
    ...(events.length > 0 && { events }),
  };
  return Object.keys(change).length === 0 ? undefined : { time: after.time, ...change };
}

/** The inventory that {@link findChange} has seen `after`. */
export function applyChange(before: Inventory, change: Change): Inventory {
  return {
    time: change.time,
    node: change.node ?? before.node,
    daemons: change.daemons ?? before.daemons,
    portsLeftOut: change.portsLeftOut ?? before.portsLeftOut,
    sessions: changeList(before.sessions, change.sessions, change.sessionsGone, sessionKey)
      .toSorted((one, other) => compare(one.peer, other.peer)),
    lans: changeList(before.lans, change.lans, change.lansGone, lanKey)
      .toSorted(compareLans),
    ports: changeList(before.ports, change.ports, change.portsGone, portKey)
      .toSorted(comparePorts),
    events: [...before.events, ...change.events ?? []].slice(-MOST_EVENTS),
  };
}

const sessionKey = ({ peer }: SessionInfo) => peer;
const lanKey = ({ vni, name, suffix }: LanInfo) => `${vni} ${name} ${suffix}`;
const portKey = ({ port }: PortInfo) => port;

function pick<K extends "node" | "daemons" | "portsLeftOut">(
  key: K,
  before: Inventory,
  after: Inventory,
): { readonly [Key in K]?: Inventory[K] } {
  return isSame(before[key], after[key])
    ? {}
    : { [key]: after[key] } as { [Key in K]: Inventory[K] };
}

interface ListChange<T> {
  readonly put: readonly T[];
  readonly gone: readonly string[];
}

function part<K extends string, T>(key: K, { put, gone }: ListChange<T>) {
  return {
    ...(put.length > 0 && { [key]: put }),
    ...(gone.length > 0 && { [`${key}Gone`]: gone }),
  };
}

function compareLists<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (one: T) => string,
): ListChange<T> {
  if (before === after) return { put: [], gone: [] };
  const known = new Map(before.map((one) => [keyOf(one), one]));
  const put = after.filter((one) => {
    const was = known.get(keyOf(one));
    known.delete(keyOf(one));
    return was === undefined || !isSame(was, one);
  });
  return { put, gone: [...known.keys()] };
}

function changeList<T>(
  before: readonly T[],
  put: readonly T[] = [],
  gone: readonly string[] = [],
  keyOf: (one: T) => string,
): readonly T[] {
  if (put.length === 0 && gone.length === 0) return before;
  const all = new Map(before.map((one) => [keyOf(one), one]));
  for (const key of gone) all.delete(key);
  for (const one of put) all.set(keyOf(one), one);
  return [...all.values()];
}

/** Both are made by one function, so their keys are in one order. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
