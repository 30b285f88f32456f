// Makes and removes control groups.
import { describe } from "../../shared/process/command.ts";
import { type Run, run } from "../../shared/process/exec.ts";
import { mustEnd } from "../../shared/process/must.ts";
import { scaled } from "../../shared/process/time_scale.ts";
import {
  findHierarchies,
  findUnified,
  type Hierarchy,
  LABS_GROUP,
  type Limits,
  planLimits,
} from "./cgroups.ts";
import makeGroupScript from "./make_group.sh" with { type: "text" };
import removeGroupsScript from "./remove_groups.sh" with { type: "text" };

/**
 * Finds the hierarchies of this machine that limits need.
 * @throws {CutOff} when that is not told in time: the lab would have no limits
 */
export async function observeHierarchies(by: Run = run): Promise<Hierarchy[]> {
  // cat(1) reads the files, because Deno reads /proc and /sys only where everything is allowed.
  const read = async (path: string) =>
    (await mustEnd("find this machine's control groups", { argv: ["cat", path] }, by)).stdout;
  const mounts = await read("/proc/self/mounts");
  const unified = findUnified(mounts);
  const offered = unified === undefined ? "" : await read(`${unified}/cgroup.controllers`);
  return findHierarchies(mounts, offered.trim().split(" "));
}

/** Makes a lab's group in each hierarchy. Answers the hierarchies in which that succeeded. */
export async function makeLabGroups(
  hierarchies: readonly Hierarchy[],
  lab: string,
  limits: Limits,
): Promise<Hierarchy[]> {
  const usable: Hierarchy[] = [];
  for (const hierarchy of hierarchies) {
    // Some hierarchies are read-only. In others, processes are where controllers would be handed on
    // (cgroups(7)).
    const done = await makeGroup(hierarchy, hierarchy.root, `${LABS_GROUP}/${lab}`, limits);
    if (done.reason === "success") usable.push(hierarchy);
  }
  return usable;
}

/**
 * Makes a device's group in each hierarchy. Answers the files that move processes into these
 * groups. Fails where the lab's group is gone, because the lab has ended.
 */
export async function makeDeviceGroups(
  hierarchies: readonly Hierarchy[],
  lab: string,
  device: string,
  limits: Limits,
): Promise<string[]> {
  return await Promise.all(hierarchies.map(async (hierarchy) => {
    const labGroup = `${hierarchy.root}/${LABS_GROUP}/${lab}`;
    const done = await makeGroup(hierarchy, labGroup, device, limits);
    if (done.reason === "success") return `${labGroup}/${device}/cgroup.procs`;
    throw new Error(
      `Cannot limit ${device}: ${describe({ ...done, argv: ["mkdir", hierarchy.root] })}`,
    );
  }));
}

async function makeGroup(hierarchy: Hierarchy, above: string, path: string, limits: Limits) {
  const { version, controllers } = hierarchy;
  const handed = version === 1 ? "" : controllers.map((controller) => `+${controller}`).join(" ");
  const settings = planLimits(hierarchy, limits).flatMap(({ file, value }) => [file, value]);
  return await run({
    argv: ["sh", "-c", makeGroupScript, "sh", above, handed, path, ...settings],
  });
}

/** Removes a lab's groups, and ends what is in them. */
export async function removeLabGroups(
  hierarchies: readonly Hierarchy[],
  lab: string,
): Promise<void> {
  const groups = hierarchies.map(({ root }) => `${root}/${LABS_GROUP}/${lab}`);
  if (groups.length === 0) return;
  const deadline = performance.now() + scaled(10_000);
  while (true) {
    const done = await run({ argv: ["sh", "-c", removeGroupsScript, "sh", ...groups] });
    if (done.reason === "success") return;
    // The last process may be about to leave, which is no event that could be waited for.
    if (performance.now() > deadline) {
      throw new Error(`Cannot remove the lab's cgroups: ${describe({ ...done, argv: ["rmdir"] })}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
