// The locks on a node: one for each LAN (by VNI modulo 256), taken before anything is observed.
import { fail } from "../faults.ts";
import { within } from "../process/time.ts";
import { scaled } from "../process/time_scale.ts";
import { LOCK_DIR } from "./paths.ts";

export const LAN_LOCKS = 256;

/**
 * The lock file of a VNI. LANs that share a file wait for each other; the files never grow in
 * number.
 */
export function lockFile(vni: number): string {
  return `${LOCK_DIR}/${String(vni % LAN_LOCKS).padStart(3, "0")}`;
}

/** The lock for making the LAN namespace. */
export const NETNS_LOCK_FILE = `${LOCK_DIR}/netns`;

export interface LockOptions {
  /** Whether a missing file may be made. On a node with a manager, that is the manager's job. */
  readonly make?: boolean;
  /** Longer on a slow machine. */
  readonly timeoutMs: number;
}

/**
 * Waits for the exclusive lock on a file, flock(2). The kernel frees the lock when the process
 * ends, however it ends.
 * @throws {FaultError} "try-later" when the file is missing, or the lock not free within
 *   `timeoutMs`
 */
export async function lock(
  path: string,
  { make = false, timeoutMs }: LockOptions,
): Promise<Disposable> {
  const file = await openLockFile(path, make);
  const locking = file.lock(true);
  const limitMs = scaled(timeoutMs);
  if (await within(limitMs, locking) === "overdue") {
    // Nobody can call the wait off. When it ends, the lock is freed at once.
    locking.finally(() => file.close());
    fail(
      "try-later",
      `Cannot lock ${path}: another call has held it for ${Math.round(limitMs / 1000)} s`,
    );
  }
  return { [Symbol.dispose]: () => file.close() };
}

async function openLockFile(path: string, make: boolean): Promise<Deno.FsFile> {
  try {
    return Deno.openSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    if (!make) fail("try-later", `Cannot lock ${path}: the manager has not made it yet`);
    await makeLockFile(path);
    return await Deno.open(path);
  }
}

/** Makes one lock file; one that is there is left alone. */
export async function makeLockFile(path: string): Promise<void> {
  await Deno.mkdir(LOCK_DIR, { recursive: true, mode: 0o700 });
  const file = await Deno.open(path, { create: true, append: true, mode: 0o600 });
  file.close();
}
