// The names that VXLAN devices have now, by the names that they were born with.
import { listLinks } from "../iproute2/list.ts";
import { parseAlias } from "./alias.ts";
import { lanDevices } from "./lan.ts";
import type { Run } from "../process/exec.ts";

/**
 * A program that listens for long keeps the first name that it has met of a device. So bridge(8)
 * goes on to say the birth name of a VXLAN device that was named since (ll_index_to_name,
 * lib/ll_map.c).
 * @throws {FaultError} "try-later" when the devices cannot be listed
 */
export async function currentNames(run: Run, netns: string): Promise<ReadonlyMap<string, string>> {
  const vxlans = await listLinks(run, netns, "vxlan");
  return new Map(vxlans.flatMap(({ alias, ifname }) => {
    const lan = parseAlias(alias)?.lan;
    return lan === undefined ? [] : [[lanDevices(lan).birthName, ifname] as const];
  }));
}
