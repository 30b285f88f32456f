// Calls of one process wait for a lock in order, and one of them at a time in the kernel.
import assert from "node:assert/strict";
import { sleep } from "../../shared/process/time.ts";
import { scaleTime } from "../../tests/fixture/scale_time.ts";
import { queueLocks } from "./lock_queue.ts";

Deno.test("one waits in the kernel, the others in order behind it", async () => {
  const events: string[] = [];
  let inKernel = 0;
  const lock = queueLocks(async (path) => {
    assert.equal(++inKernel, 1, "two wait in the kernel");
    await Promise.resolve();
    inKernel--;
    return { [Symbol.dispose]: () => void events.push(`free ${path}`) };
  });
  const hold = async (name: string) => {
    using _held = await lock("a", { timeoutMs: 1000 });
    events.push(name);
    await Promise.resolve();
  };
  await Promise.all(["first", "second", "third"].map(hold));
  assert.deepEqual(events, ["first", "free a", "second", "free a", "third", "free a"]);
});

Deno.test("a lock that is not had makes way for the next", async () => {
  let tries = 0;
  const lock = queueLocks(() =>
    ++tries === 1 ? Promise.reject(new Error("busy")) : Promise.resolve({ [Symbol.dispose]() {} })
  );
  const [first, second] = await Promise.allSettled([
    lock("a", { timeoutMs: 1 }),
    lock("a", { timeoutMs: 1 }),
  ]);
  assert.deepEqual([first?.status, second?.status], ["rejected", "fulfilled"]);
});

Deno.test("locks on different files wait for nothing", async () => {
  const lock = queueLocks(() => Promise.resolve({ [Symbol.dispose]() {} }));
  using _a = await lock("a", { timeoutMs: 1 });
  using _b = await lock("b", { timeoutMs: 1 });
});

Deno.test("who waits too long fails, and those behind still wait for those before", async () => {
  const lock = queueLocks(() => Promise.resolve({ [Symbol.dispose]() {} }));
  const first = await lock("a", { timeoutMs: 10_000 });
  await assert.rejects(lock("a", { timeoutMs: 10 }), /Cannot lock a: other calls have held it/);
  let isHad = false;
  const third = lock("a", { timeoutMs: 10_000 }).then((held) => {
    isHad = true;
    return held;
  });
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(!isHad);
  first[Symbol.dispose]();
  (await third)[Symbol.dispose]();
});

Deno.test("on a slow machine both waits are longer", async () => {
  const asked: number[] = [];
  const lock = queueLocks((_, { timeoutMs }) => {
    asked.push(timeoutMs);
    return Promise.resolve({ [Symbol.dispose]() {} });
  });
  const first = await lock("a", { timeoutMs: 1 });
  using _slow = scaleTime(100_000);
  const second = lock("a", { timeoutMs: 1 });
  await sleep(50);
  first[Symbol.dispose]();
  (await second)[Symbol.dispose]();
  // What is left of the second one's time, which the wait in the kernel scales itself.
  assert.ok(asked.every((ms) => ms > 0 && ms <= 1), `${asked}`);
});
