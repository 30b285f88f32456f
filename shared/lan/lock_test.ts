// The locks: one holder at a time, freed by whoever ends, and a wait that has an end.
import assert from "node:assert/strict";
import { converse } from "../process/exec.ts";
import { sleep } from "../process/time.ts";
import { FaultError } from "../faults.ts";
import { scaleTime } from "../../tests/fixture/scale_time.ts";
import { LAN_LOCKS, lock, lockFile } from "./lock.ts";

/** Runs `work` with the path of a lock file. */
async function withLockFile(work: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await work(path);
  } finally {
    await Deno.remove(path);
  }
}

const isTryLater = (error: unknown) =>
  error instanceof FaultError && error.fault.kind === "try-later";

/** A wait that has been given up ends with the lock's next release, which may be after the test. */
const testWait = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });

Deno.test("a VNI has one lock file of 256, the same on every call", () => {
  assert.equal(lockFile(10), "/run/megalos/lock/010");
  assert.equal(lockFile(10), lockFile(10 + LAN_LOCKS));
  const all = new Set(Array.from({ length: 1000 }, (_, vni) => lockFile(vni)));
  assert.equal(all.size, LAN_LOCKS);
});

Deno.test("only one holds a lock, and the next has it when the first lets go", async () => {
  await withLockFile(async (path) => {
    const events: string[] = [];
    const first = await lock(path, { timeoutMs: 5000 });
    const second = lock(path, { timeoutMs: 5000 }).then((held) => {
      events.push("second");
      held[Symbol.dispose]();
    });
    events.push("first lets go");
    first[Symbol.dispose]();
    await second;
    assert.deepEqual(events, ["first lets go", "second"]);
  });
});

testWait("a wait ends after its time, and does not take the lock later", async () => {
  await withLockFile(async (path) => {
    const first = await lock(path, { timeoutMs: 5000 });
    await assert.rejects(lock(path, { timeoutMs: 50 }), isTryLater);
    first[Symbol.dispose]();
    // Were the lock taken by the one that gave up, nobody would have it again.
    using _ = await lock(path, { timeoutMs: 5000 });
  });
});

testWait("on a slow machine a lock is waited for longer", async () => {
  await withLockFile(async (path) => {
    const first = await lock(path, { timeoutMs: 5000 });
    using _slow = scaleTime(100_000);
    const second = lock(path, { timeoutMs: 1 });
    await sleep(50);
    first[Symbol.dispose]();
    using _ = await second;
  });
});

testWait("a lock is free when the process that held it has ended", async () => {
  await withLockFile(async (path) => {
    const holder = converse({
      argv: ["sh", "-c", `exec 9<"$1"; flock 9; echo held; exec cat`, "sh", path],
    });
    assert.equal(await holder?.readLine("stdout"), "held");
    await assert.rejects(lock(path, { timeoutMs: 50 }), isTryLater);
    holder?.kill();
    await holder?.end();
    using _ = await lock(path, { timeoutMs: 5000 });
  });
});

Deno.test("a lock file that is not there is the manager's to make", async () => {
  await assert.rejects(lock("/nowhere/lock", { timeoutMs: 50 }), isTryLater);
});
