// Whom a reflector believes, and what: the one VTEP that each client may announce. Pure.
import { toRouterId } from "./router_id.ts";

/** A worker that the reflector takes routes from. */
export interface Client {
  /** The address that its session comes from. */
  readonly peer: string;
  /** The only next hop that its routes may have: its VTEP. */
  readonly vtep: string;
  /** Its place in FRR's route map, which stays while it is known. */
  readonly place: number;
}

/** A session that is Established. */
export interface Caller {
  readonly peer: string;
  /** What the peer calls itself, an IPv4 address (RFC 4271, section 4.2). */
  readonly routerId: string;
}

/** FRR's smallest and largest sequence number of a route map that is used for clients. */
const FIRST_PLACE = 10;
const LAST_PLACE = 65_535;

/**
 * The VTEP of a caller. It is the address that the session comes from, unless that one is
 * translated on the way, as a Service's proxy does. Then it is what the caller says of itself.
 * @param isStrict whether callers of unknown origin count as nobody
 */
function vtepOf({ peer, routerId }: Caller, isStrict: boolean): string | undefined {
  if (toRouterId(peer) === routerId) return peer;
  return isStrict ? undefined : routerId;
}

/**
 * The clients after a look, those first that were known before.
 * @param before clients so far; one without a session stays, because nodes come back
 * @param callers all sessions
 * @param refused peers that are not to be believed
 */
export function planClients(
  before: readonly Client[],
  callers: readonly Caller[],
  { refused, isStrict }: { readonly refused: ReadonlySet<string>; readonly isStrict: boolean },
): Client[] {
  const wanted = new Map(
    callers.filter(({ peer }) => !refused.has(peer)).map((caller) => [
      caller.peer,
      vtepOf(caller, isStrict),
    ]),
  );
  const kept = before.filter(({ peer, vtep }) =>
    !refused.has(peer) && (!wanted.has(peer) || wanted.get(peer) === vtep)
  );
  // Also those of who goes: that may take some looks ({@link takeSome}).
  const places = new Set(before.map(({ place }) => place));
  const news = [...wanted].filter(([peer]) => !kept.some((one) => one.peer === peer));
  const all = news.reduce((clients, [peer, vtep]) => {
    const place = vtep === undefined ? undefined : findPlace(places);
    if (vtep === undefined || place === undefined) return clients;
    places.add(place);
    return [...clients, { peer, vtep, place }];
  }, kept);
  return all.filter((one) => isOwner(one, all));
}

/**
 * Clients on the way to those that are planned: at most `most` come or go, and a few more. FRR
 * takes the longer for an entry of a route map the more there are, so very many at once would hold
 * up all else. To go comes before to come, for it is one line instead of four, and those who are
 * refused go first. Nobody comes in the place of one who is still to go. However many go, an eighth
 * of `most` may come.
 */
export function takeSome(
  before: readonly Client[],
  planned: readonly Client[],
  { refused, most }: { readonly refused: ReadonlySet<string>; readonly most: number },
): readonly Client[] {
  const come = without(planned, before);
  const gone = without(before, planned)
    .toSorted((one, other) => Number(refused.has(other.peer)) - Number(refused.has(one.peer)));
  const waiting = gone.slice(most);
  const isFree = ({ peer, vtep, place }: Client) =>
    !waiting.some((one) => one.peer === peer || one.vtep === vtep || one.place === place);
  const room = Math.max(most - gone.length, Math.ceil(most / 8));
  const next = new Set(come.filter(isFree).slice(0, room));
  const isNew = new Set(come);
  return [...planned.filter((one) => !isNew.has(one) || next.has(one)), ...waiting];
}

/** Those of `clients` who are not among `others` with the same VTEP. */
export function without(clients: readonly Client[], others: readonly Client[]): Client[] {
  const vteps = new Map(others.map(({ peer, vtep }) => [peer, vtep]));
  return clients.filter(({ peer, vtep }) => vteps.get(peer) !== vtep);
}

/** Who calls from an address owns it; of others, the first who has claimed it does. */
function isOwner(one: Client, all: readonly Client[]): boolean {
  if (one.peer === one.vtep) return true;
  return all.find(({ peer, vtep }) => vtep === one.vtep && peer === vtep) === undefined &&
    all.find(({ vtep }) => vtep === one.vtep) === one;
}

/**
 * Behind all others and with a free place in front of it, for the guard behind which FRR is told of
 * it (`planRouteMaps`): so nobody else is behind that guard. Where the last places are taken, it is
 * the last free one. Then what those behind it announce is refused for the moment that it takes.
 */
function findPlace(taken: ReadonlySet<number>): number | undefined {
  const next = Math.max(FIRST_PLACE - 2, ...taken) + 2;
  if (next <= LAST_PLACE) return next;
  for (let place = LAST_PLACE; place >= FIRST_PLACE; place--) {
    if (!taken.has(place)) return place;
  }
  return undefined;
}

const ENTRY =
  /^route-map clients permit (\d+)\n match peer (\S+)\n match ipv?6? next-hop address (\S+)$/gm;

/** The clients that a configuration has, which `renderClientsPolicy` has written. */
export function readClients(configuration: string): Client[] {
  return [...configuration.matchAll(ENTRY)].map(([, place, peer = "", vtep = ""]) => ({
    peer,
    vtep,
    place: Number(place),
  }));
}
