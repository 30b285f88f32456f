// Limits on machines with version 1 of cgroups, with version 2, with both, with none.
import assert from "node:assert/strict";
import { findHierarchies, listMissing, planLimits } from "./cgroups.ts";
import { planDeviceLimits, planLabLimits } from "./limits.ts";

const FIRST = `cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,nosuid,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0
`;
const SECOND = "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n";

Deno.test("controllers are found in either version, each once", () => {
  const cpu = { version: 1, root: "/sys/fs/cgroup/cpu,cpuacct", controllers: ["cpu"] };
  const memory = { version: 1, root: "/sys/fs/cgroup/memory", controllers: ["memory"] };
  const unified = { version: 2, root: "/sys/fs/cgroup/unified" };
  assert.deepEqual(findHierarchies(FIRST, []), [memory, cpu]);
  assert.deepEqual(findHierarchies(FIRST + SECOND, ["cpu", "pids"]), [
    memory,
    cpu,
    { ...unified, controllers: ["pids"] },
  ]);
  assert.deepEqual(findHierarchies(SECOND, ["cpu", "io", "memory", "pids"]), [
    { ...unified, controllers: ["memory", "pids", "cpu"] },
  ]);
  assert.deepEqual(listMissing(findHierarchies(FIRST, [])), ["pids"]);
  assert.deepEqual(listMissing(findHierarchies("", [])), ["memory", "pids", "cpu"]);
});

Deno.test("limits are written in each version's own words, where the hierarchy has the controller", () => {
  const limits = { memory: 2 ** 26, pids: 100, cpus: 0.5 };
  const controllers = ["memory", "pids", "cpu"] as const;
  assert.deepEqual(planLimits({ version: 1, controllers }, limits), [
    { file: "memory.limit_in_bytes", value: "67108864" },
    { file: "pids.max", value: "100" },
    { file: "cpu.cfs_quota_us", value: "50000" },
  ]);
  assert.deepEqual(planLimits({ version: 2, controllers }, limits), [
    { file: "memory.max", value: "67108864" },
    { file: "pids.max", value: "100" },
    { file: "cpu.max", value: "50000 100000" },
  ]);
  assert.deepEqual(planLimits({ version: 2, controllers: ["pids"] }, limits).length, 1);
  assert.deepEqual(planLimits({ version: 2, controllers }, {}), []);
});

const GIB = 2 ** 30;

Deno.test("a lab leaves a part of the machine; a device has what its lab says, and room in it", () => {
  assert.deepEqual(planLabLimits(10 * GIB, 1000), { memory: 8 * GIB, pids: 500 });
  assert.deepEqual(planDeviceLimits(16 * GIB, {}, undefined), {
    ...{ memory: 2 * GIB, pids: 4096, room: GIB },
  });
  assert.equal(planDeviceLimits(2 * GIB, {}, undefined).memory, GIB);
  assert.deepEqual(planDeviceLimits(16 * GIB, { memory: GIB / 8, cpus: 2 }, undefined), {
    ...{ memory: GIB / 8, pids: 4096, cpus: 2, room: GIB / 16 },
  });
  const large = planDeviceLimits(16 * GIB, {}, 4 * GIB);
  assert.ok(large.room === 4 * GIB && large.memory! > large.room);
});
