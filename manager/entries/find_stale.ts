// Compares the kernel's forwarding entries with EVPN, LAN by LAN and entry by entry.
import type { Run } from "../../shared/process/exec.ts";
import { readMacs, selectFilled } from "../frr/macs.ts";
import { readVnis } from "../frr/query.ts";
import type { FdbEntry } from "./entries.ts";
import { listEntries } from "./list_entries.ts";
import { StaleFinder } from "./stale_finder.ts";

/** So many are handled at once; the next sweep finds the others. */
const MOST = 10_000;

/**
 * Entries of VXLAN devices that EVPN does not know, where it knows the device. Undefined when FRR
 * does not answer.
 */
export async function findStale(
  run: Run,
  netns: () => string,
  vxlans: readonly string[],
): Promise<readonly FdbEntry[] | undefined> {
  const finder = new StaleFinder();
  await listEntries(run, netns, vxlans, (entry) => finder.takeEntry(entry));
  const vnis = await readVnis(run);
  if (vnis === undefined) return undefined;
  const names = new Set(vxlans);
  const known = new Map(
    vnis.filter(({ vxlan }) => names.has(vxlan)).map((one) => [one.vni, one]),
  );
  for (const { vxlan, remoteVteps } of known.values()) finder.takeLan(vxlan, remoteVteps);
  const isAnswered = await readMacs(
    run,
    selectFilled(known.values()),
    ({ vni, mac, type, behind }) => {
      if (type === "remote") finder.takeKnown(known.get(vni)?.vxlan ?? "", mac, behind);
    },
  );
  return isAnswered ? finder.stale(MOST) : undefined;
}
