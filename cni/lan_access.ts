// The way into the LAN namespace: its lock, and its making where no manager does that.
import { fail } from "../shared/faults.ts";
import type { IpArgs } from "../shared/iproute2/line.ts";
import type { Link } from "../shared/iproute2/link.ts";
import { SessionEnded } from "../shared/iproute2/session.ts";
import { ensureLanNetns } from "../shared/lan/lan_netns.ts";
import { lockFile, NETNS_LOCK_FILE } from "../shared/lan/lock.ts";
import { LAN_NETNS } from "../shared/lan/paths.ts";
import type { Request } from "./request.ts";

/** Takes the lock of a VNI. Everything that is observed or changed comes after it. */
export function lockLan(
  { managed, ports, remainingMs }: Request,
  vni: number,
): Promise<Disposable> {
  return ports.lock(lockFile(vni), !managed, remainingMs());
}

/** Does what is to be done where there is a LAN namespace; undefined where there is none. */
export async function whereLanNetns<T>(
  request: Request,
  work: () => Promise<T>,
): Promise<T | undefined> {
  // Nothing is there: no lock is needed to know it.
  if (await request.ports.stat(LAN_NETNS) === undefined) return undefined;
  try {
    return await work();
  } catch (thrown) {
    // Such as no lock to be had on a read-only /run, beside a file that is no namespace any more.
    if (await showInLanNetns(request, []) === undefined) return undefined;
    throw thrown;
  }
}

/** Asks about devices in the LAN namespace; undefined where there is none. */
export async function showInLanNetns(
  { kernel }: Request,
  questions: readonly IpArgs[],
): Promise<Link[] | undefined> {
  try {
    return await kernel.show(LAN_NETNS, questions);
  } catch (thrown) {
    if (isNoNetns(thrown)) return undefined;
    throw thrown;
  }
}

/** Makes the LAN namespace, where this plugin is on its own.
 * @throws {FaultError} "try-later" when that is the manager's job, or not permitted */
export async function makeLanNetns({ managed, ports, remainingMs }: Request): Promise<void> {
  if (managed) {
    fail(
      "try-later",
      `Cannot enter the LAN namespace ${LAN_NETNS}: the manager has not made it yet`,
    );
  }
  using _making = await ports.lock(NETNS_LOCK_FILE, true, remainingMs());
  await ensureLanNetns(ports.run, LAN_NETNS);
}

/** Whether `ip` could not start because there is no namespace at the path. */
export function isNoNetns(thrown: unknown): thrown is SessionEnded {
  return thrown instanceof SessionEnded &&
    /nsenter: (cannot open|reassociate)/.test(thrown.completed.stderr);
}
