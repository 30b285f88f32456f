// Finds out what this machine can confine a lab's devices with, and says what it cannot offer.
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import type { Recorder } from "../record.ts";
import { type Controller, type Limits, listMissing } from "./cgroups.ts";
import { confine, type Confinement } from "./confine.ts";
import { planDeviceLimits, planLabLimits } from "./limits.ts";
import { makeDeviceGroups, makeLabGroups, observeHierarchies } from "./make_cgroups.ts";

const WHAT: Readonly<Record<Controller, string>> = {
  memory: "memory",
  pids: "number of processes",
  cpu: "processor time",
};

/**
 * Makes a lab's control groups and tries the filter of system calls. Everything is recorded before
 * it is made.
 */
export async function prepareConfinement(
  recorder: Recorder,
  log: (line: string) => void,
): Promise<void> {
  const found = await observeHierarchies();
  recorder.update({ hierarchies: found });
  const usable = await makeLabGroups(
    found,
    recorder.name,
    planLabLimits(...await observeMachine()),
  );
  const missing = listMissing(usable);
  if (missing.length > 0) {
    const what = missing.map((controller) => WHAT[controller]).join(", ");
    log(`Note: devices have no limit of ${what}: this machine has no cgroups for that`);
  }
  const probe = await run({ argv: [...confine({ seccomp: true, procs: [] }), "true"] });
  const seccomp = probe.reason === "success";
  if (!seccomp) {
    const why = describe({ ...probe, argv: ["perl"] });
    log(`Note: the system calls of devices are not filtered: ${why}`);
  }
  // Groups that cannot be used may be half made, and are removed with the others.
  recorder.update({ confinement: { usable, seccomp } });
}

/**
 * Makes a device's control groups. Answers what confines the device's processes, and the device's
 * room in bytes.
 */
export async function confineDevice(
  { name, current: { confinement, room } }: Recorder,
  device: string,
  own: Limits,
): Promise<{ confinement: Confinement; room: number }> {
  const [memory] = await observeMachine();
  const limits = planDeviceLimits(memory, own, room);
  const { usable, seccomp } = confinement;
  const procs = await makeDeviceGroups(usable, name, device, limits);
  return { confinement: { seccomp, procs }, room: limits.room };
}

/** Bytes of memory, and how many processes the machine can have. */
async function observeMachine(): Promise<[memory: number, processes: number]> {
  const files = ["meminfo", "sys/kernel/pid_max", "sys/kernel/threads-max"];
  const done = await run({ argv: ["cat", ...files.map((name) => `/proc/${name}`)] });
  const kib = /^MemTotal: +(\d+) kB$/m.exec(done.stdout)?.[1];
  const [pids, threads] = done.stdout.trim().split("\n").slice(-2).map(Number);
  return [Number(kib) * 1024, Math.min(pids!, threads!)];
}
