// Which forwarding entries of the kernel EVPN does not know: pure.
import type { IpArgs } from "../../shared/iproute2/line.ts";
import type { Evpn } from "./query.ts";

/** A forwarding entry as `bridge -json fdb show` prints it. */
export interface FdbEntry {
  readonly mac: string;
  readonly ifname: string;
  /** VTEP address; of a VXLAN device's own table alone. */
  readonly dst?: string | undefined;
  readonly flags: readonly string[];
}

/** Its VTEPs are those that a frame for everyone goes to. */
const EVERYONE = "00:00:00:00:00:00";

/** Those that zebra once wrote for a LAN that it knows, and that EVPN does not have: of nodes and MAC addresses that left meanwhile. */
export function findStale(entries: readonly FdbEntry[], { vnis, macs }: Evpn): FdbEntry[] {
  const vxlans = new Map(vnis.map(({ vni, vxlan }) => [vni, vxlan]));
  const known = new Set([
    ...vnis.flatMap(({ vxlan, remoteVteps }) =>
      remoteVteps.map((dst) => identify({ ifname: vxlan, mac: EVERYONE, dst }))
    ),
    ...macs.filter(({ type }) => type === "remote").flatMap(({ vni, mac, behind: dst }) => {
      const ifname = vxlans.get(vni) ?? "";
      return [identify({ ifname, mac, dst }), identify({ ifname, mac })];
    }),
  ]);
  const devices = new Set(vxlans.values());
  return entries.filter((entry) =>
    devices.has(entry.ifname) &&
    (entry.dst !== undefined || entry.flags.includes("extern_learn")) &&
    !known.has(identify(entry))
  );
}

/** The words after `bridge` that delete an entry, from the VXLAN device's table or from its bridge's. */
export function deleteEntry({ mac, ifname, dst }: FdbEntry): IpArgs {
  const where = dst === undefined ? ["master"] : ["dst", dst, "self"];
  return ["fdb", "del", mac, "dev", ifname, ...where];
}

/** Tells entries apart. */
export function identify({ ifname, mac, dst }: Omit<FdbEntry, "flags">): string {
  return `${ifname} ${mac} ${dst ?? ""}`;
}
