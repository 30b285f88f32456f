// Where a lab's control groups go, and what their limits are: version 1 and 2 of cgroups(7).

export type Controller = "memory" | "pids" | "cpu";
const CONTROLLERS: readonly Controller[] = ["memory", "pids", "cpu"];

/** A hierarchy of cgroups that holds some of the controllers. */
export interface Hierarchy {
  readonly version: 1 | 2;
  /** Where the hierarchy is mounted. */
  readonly root: string;
  readonly controllers: readonly Controller[];
}

/** What a device, or all devices of a lab together, may use. An absent value means no limit. */
export interface Limits {
  /** Bytes of memory. Files that are kept in memory count, too. */
  readonly memory?: number;
  /** How many processes and threads. */
  readonly pids?: number;
  /** How many processors, such as 0.5. */
  readonly cpus?: number;
}

/** A value for a file of a cgroup. */
export interface Setting {
  readonly file: string;
  readonly value: string;
}

/** The folder of all labs' cgroups below a hierarchy's root. */
export const LABS_GROUP = "megalos-lab";

/**
 * Finds the hierarchies with the controllers that limits need in the text of /proc/self/mounts.
 * `offered` are the controllers of version 2, which its cgroup.controllers names.
 */
export function findHierarchies(mounts: string, offered: readonly string[]): Hierarchy[] {
  const lines = mounts.split("\n").map((line) => line.split(" "));
  const first = CONTROLLERS.flatMap((controller) => {
    const root = lines.find(([, , type, options = ""]) =>
      type === "cgroup" && options.split(",").includes(controller)
    )?.[1];
    return root === undefined ? [] : [{ root, controller }];
  });
  const second = findUnified(mounts);
  const unified = CONTROLLERS.filter((controller) =>
    offered.includes(controller) && !first.some((found) => found.controller === controller)
  );
  return [
    // Controllers may share a hierarchy, as cpu and cpuacct do.
    ...new Set(first.map(({ root }) => root)).values().map((root): Hierarchy => ({
      version: 1,
      root,
      controllers: first.filter((found) => found.root === root).map((found) => found.controller),
    })),
    ...(second === undefined || unified.length === 0
      ? []
      : [{ version: 2 as const, root: second, controllers: unified }]),
  ];
}

/** Where version 2 is mounted. */
export function findUnified(mounts: string): string | undefined {
  return mounts.split("\n").map((line) => line.split(" ")).find(([, , type]) => type === "cgroup2")
    ?.[1];
}

/** The controllers that none of the hierarchies has. */
export function listMissing(hierarchies: readonly Hierarchy[]): Controller[] {
  return CONTROLLERS.filter((one) =>
    !hierarchies.some(({ controllers }) => controllers.includes(one))
  );
}

/**
 * Plans what to write for limits into the files of a cgroup, which are named relative to the
 * cgroup.
 */
export function planLimits(
  { version, controllers }: Pick<Hierarchy, "version" | "controllers">,
  { memory, pids, cpus }: Limits,
): Setting[] {
  const settings: readonly (Setting & { controller: Controller } | undefined)[] = [
    memory === undefined ? undefined : {
      controller: "memory",
      file: version === 1 ? "memory.limit_in_bytes" : "memory.max",
      value: `${memory}`,
    },
    pids === undefined ? undefined : { controller: "pids", file: "pids.max", value: `${pids}` },
    cpus === undefined ? undefined : {
      controller: "cpu",
      file: version === 1 ? "cpu.cfs_quota_us" : "cpu.max",
      value: version === 1 ? `${inPeriod(cpus)}` : `${inPeriod(cpus)} ${PERIOD_US}`,
    },
  ];
  return settings.filter((setting) => setting !== undefined)
    .filter(({ controller }) => controllers.includes(controller))
    .map(({ file, value }) => ({ file, value }));
}

/** The kernel's own period, which a new cgroup of version 1 has. */
const PERIOD_US = 100_000;

/** Microseconds of processor time in a period. The kernel accepts no less than one thousand. */
function inPeriod(cpus: number): number {
  return Math.max(1000, Math.round(cpus * PERIOD_US));
}
