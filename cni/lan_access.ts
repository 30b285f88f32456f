// The way into the LAN namespace: a LAN's lock, and the namespace itself where no manager makes it.
import { fail } from "../shared/faults.ts";
import type { Question } from "../shared/iproute2/commands.ts";
import type { Link } from "../shared/iproute2/link.ts";
import { saysNoNetns } from "../shared/iproute2/messages.ts";
import { SessionEnded } from "../shared/iproute2/session.ts";
import { ensureLanNetns } from "../shared/lan/lan_netns.ts";
import { lockFile, NETNS_LOCK_FILE } from "../shared/lan/lock.ts";
import { LAN_NETNS } from "../shared/lan/paths.ts";
import type { CheckedCall } from "./checked_call.ts";

/** Takes the lock of a VNI. Everything that is observed or changed comes after it. */
export function lockLan(
  { managed, host, remainingMs }: CheckedCall,
  vni: number,
): Promise<Disposable> {
  return host.lock(lockFile(vni), { make: !managed, timeoutMs: remainingMs() });
}

/**
 * The same for a deletion. Where the lock cannot even be made there may be no LAN namespace, and so
 * nothing to delete.
 * @throws {SessionEnded} when that is so
 */
export async function lockForDeletion(call: CheckedCall, vni: number): Promise<Disposable> {
  try {
    return await lockLan(call, vni);
  } catch (thrown) {
    const isMissing = await call.host.stat(lockFile(vni)) === undefined;
    if (isMissing) await call.kernel.enter(LAN_NETNS);
    throw thrown;
  }
}

/** Does a work that needs the LAN namespace. The answer is undefined where there is none. */
export async function whereLanNetns<T>(
  call: CheckedCall,
  work: () => Promise<T>,
): Promise<T | undefined> {
  // Where nothing is, no lock is needed to know it.
  if (await call.host.stat(LAN_NETNS) === undefined) return undefined;
  return await unlessNoNetns(work());
}

/** Asks about devices in the LAN namespace; undefined where there is none. */
export function showInLanNetns(
  { kernel }: CheckedCall,
  questions: readonly Question[],
): Promise<Link[] | undefined> {
  return unlessNoNetns(kernel.show(LAN_NETNS, questions));
}

/** The answer of a work in a namespace; undefined where the path leads to no namespace. */
export async function unlessNoNetns<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (thrown) {
    if (isNoNetns(thrown)) return undefined;
    throw thrown;
  }
}

/**
 * Makes the LAN namespace, where this plugin is on its own.
 * @throws {FaultError} "try-later" when that is the manager's job, or not permitted
 */
export async function makeLanNetns({ managed, host, remainingMs }: CheckedCall): Promise<void> {
  if (managed) {
    fail(
      "try-later",
      `Cannot enter the LAN namespace ${LAN_NETNS}: the manager has not made it yet`,
    );
  }
  using _making = await host.lock(NETNS_LOCK_FILE, { make: true, timeoutMs: remainingMs() });
  await ensureLanNetns(host.run, LAN_NETNS);
}

/** Whether `ip` could not start because there is no namespace at the path. */
export function isNoNetns(thrown: unknown): thrown is SessionEnded {
  return thrown instanceof SessionEnded &&
    saysNoNetns(thrown.completed.stderr);
}
