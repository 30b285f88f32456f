// Removes devices of no LAN.
// All locks are taken, since a stray's LAN is unknown: then no call is at work, and what is half
// made is a leftover.
import { run } from "../../shared/process/exec.ts";
import type { Host } from "../../shared/host.ts";
import type { Kernel } from "../../shared/iproute2/kernel.ts";
import type { Link } from "../../shared/iproute2/link.ts";
import { planDelete } from "../../shared/lan/plan_delete.ts";
import { LAN_LOCKS, lock, lockFile } from "../../shared/lan/lock.ts";
import { listUnborn, planRemoveUnborn } from "../../shared/lan/unborn_vxlan.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { deleteDevices } from "../../shared/lan/lan_ports.ts";
import { findTroubles } from "./find_troubles.ts";
import { listDevices } from "./list_lans.ts";

/** Calls wait meanwhile, so the rest goes the next time. */
const MAX_AT_ONCE = 200;

/**
 * Removes those of `seen` that are still strays when no call is at work; answers them.
 * @throws {FaultError} "try-later" when calls keep a lock for longer than `timeoutMs`
 */
export async function removeStrays(
  kernel: Kernel,
  host: Host,
  seen: readonly Link[],
  timeoutMs: number,
): Promise<readonly Link[]> {
  using locks = new DisposableStack();
  // The locks are taken in order of their numbers, as everybody does who takes several.
  for (let vni = 0; vni < LAN_LOCKS; vni++) {
    locks.use(await lock(lockFile(vni), { make: true, timeoutMs }));
  }
  const again = (strays: readonly Link[]) =>
    strays.filter((stray) => seen.some((one) => isSameDevice(one, stray))).slice(0, MAX_AT_ONCE);
  const strays = again(findTroubles(await listDevices(run)).strays);
  const unborn = again(await listUnborn(kernel, host));
  await deleteDevices(kernel, [
    ...planDelete(LAN_NETNS, strays.map(({ ifname }) => ifname)),
    ...planRemoveUnborn(host.nodeNetns, unborn),
  ]);
  return [...strays, ...unborn];
}

/** Two namespaces may have the same index, so the name counts, too. */
export function isSameDevice(one: Link, other: Link): boolean {
  return one.ifindex === other.ifindex && one.ifname === other.ifname;
}
