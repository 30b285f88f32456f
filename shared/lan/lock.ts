// The locks on a node: one for each LAN (by VNI modulo 256), taken before anything is observed.
import { fail } from "../faults.ts";
import { LOCK_DIR } from "./paths.ts";

export const LAN_LOCKS = 256;

/** Which lock file serves a VNI. Two LANs may share one: they wait for each other, and nothing grows. */
export function lockFile(vni: number): string {
  return `${LOCK_DIR}/${String(vni % LAN_LOCKS).padStart(3, "0")}`;
}

/** The lock for making the LAN namespace. */
export const NETNS_LOCK_FILE = `${LOCK_DIR}/netns`;

/**
 * Waits for the exclusive lock on a file, flock(2): the kernel frees it when the process ends, however it ends.
 * @param make whether a missing file may be made (nobody's job but the manager's where there is one)
 * @throws {FaultError} "try-later" when the file is missing or the lock is not had within `timeoutMs`
 */
export async function lock(path: string, make: boolean, timeoutMs: number): Promise<Disposable> {
  const file = await openLockFile(path, make);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const overdue = new Promise<"overdue">((resolve) =>
    timer = setTimeout(() => resolve("overdue"), timeoutMs)
  );
  const locking = file.lock(true);
  const outcome = await Promise.race([locking, overdue]);
  clearTimeout(timer);
  if (outcome === "overdue") {
    // The wait cannot be called off: when it ends, the lock is let go at once.
    locking.finally(() => file.close());
    fail(
      "try-later",
      `Cannot lock ${path}: another call has held it for ${Math.round(timeoutMs / 1000)} s`,
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
