// The EVPN routes of a reflector: which nodes are on which LAN, and its number of MAC addresses.
import * as z from "zod";
import type { Run } from "../../shared/process/exec.ts";
import { vtysh } from "./vtysh.ts";

/** What a reflector knows of a LAN; it knows no name. */
export interface RoutedLan {
  readonly vni: number;
  /** Addresses of the nodes on it. */
  readonly vteps: readonly string[];
  /** How many MAC addresses are known on it. */
  readonly macs: number;
}

/** A route takes 400 bytes, so this is enough for more than a hundred thousand. */
const MAX_LIST_BYTES = 64 * 1024 * 1024;

/** Route types (RFC 7432, section 7). */
const MAC_ROUTE = 2;
const MULTICAST_ROUTE = 3;

const path = z.object({
  routeType: z.number().optional(),
  ip: z.string().optional(),
  mac: z.string().optional(),
  extendedCommunity: z.object({ string: z.string() }).optional(),
});
const route = z.object({ paths: z.array(z.union([path, z.array(path)])) });

/** The LANs that routes are about, in the order of their VNIs; none when bgpd does not answer. */
export async function readRoutes(run: Run): Promise<RoutedLan[]> {
  const command = vtysh.show("show bgp l2vpn evpn route json");
  const { reason, stdout } = await run({ ...command, maxOutputBytes: MAX_LIST_BYTES });
  if (reason !== "success") return [];
  try {
    return parseRoutes(stdout);
  } catch (cause) {
    throw new Error("Cannot read bgpd's routes: its answer is no JSON", { cause });
  }
}

/** Reads bgpd's JSON: routes by route distinguisher and prefix, among other keys. */
function parseRoutes(json: string): RoutedLan[] {
  const lans = new Map<number, { readonly vteps: Set<string>; readonly macs: Set<string> }>();
  for (const { vni, routeType, ip, mac } of listPaths(JSON.parse(json || "{}"))) {
    const lan = lans.get(vni) ?? { vteps: new Set(), macs: new Set() };
    lans.set(vni, lan);
    if (routeType === MULTICAST_ROUTE && ip !== undefined) lan.vteps.add(ip);
    if (routeType === MAC_ROUTE && mac !== undefined) lan.macs.add(mac);
  }
  return [...lans].toSorted(([one], [other]) => one - other).map(([vni, { vteps, macs }]) => ({
    vni,
    vteps: [...vteps].toSorted(compareAddresses),
    macs: macs.size,
  }));
}

function listPaths(table: Readonly<Record<string, unknown>>) {
  const byDistinguisher = Object.values(table).filter((value) => typeof value === "object");
  return byDistinguisher.flatMap((routes) => Object.values(routes ?? {})).flatMap((value) => {
    const { paths = [] } = route.safeParse(value).data ?? {};
    return paths.flat().flatMap((one) => {
      // The manager's nodes make their route targets of AS and VNI (RFC 8365, section 5.1.2.1).
      const [, vni] = /(?:^| )RT:\d+:(\d+)/.exec(one.extendedCommunity?.string ?? "") ?? [];
      return vni === undefined ? [] : [{ ...one, vni: Number(vni) }];
    });
  });
}

/** Numbers in addresses are compared as numbers. */
export function compareAddresses(one: string, other: string): number {
  return one.localeCompare(other, "en", { numeric: true });
}
