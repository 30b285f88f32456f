// A node of the embedded cluster: its file system, and what a pod of the manager would start on it.
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { scaled } from "../../shared/process/time_scale.ts";
import { withConstants } from "../../shared/process/script.ts";
import { HOST_SYSCALLS } from "../../shared/seccomp/syscalls.ts";
import { enter, type Machine, startMachine } from "../machines/machine.ts";
import furnishNode from "./furnish_node.sh" with { type: "text" };
import guardShared from "./guard_shared.pl" with { type: "text" };
import probe from "./probe.sh" with { type: "text" };
import { type NodeAddress, planNode, REFLECTOR, runBatch } from "./underlay.ts";

/** Where nodes find things of the host. All paths are absolute. */
export interface NodeFiles {
  /** Folder with the built programs. */
  readonly programs: string;
  /** The lab's folder. */
  readonly lab: string;
  /** What devices share. */
  readonly shared: string;
  /** What devices have in place of the machine's files outside of /usr. */
  readonly base: string;
  /** The folder that is laid over the base. */
  readonly skeleton: string;
  /** The running lab's own directory, with the folders `logs` and `stage`. */
  readonly state: string;
}

/** Where a node sees the folders of {@link NodeFiles}. */
export const NODE_PROGRAMS = "/run/lab/bin";
export const NODE_LAB = "/run/lab/conf";
export const NODE_SHARED = "/run/lab/shared";
export const NODE_SKELETON = "/run/lab/skeleton";
/** The folder `logs` of the running lab. */
export const NODE_LOGS = "/run/lab/log";
/** The machine's /opt: the node's own has the plugin. */
export const NODE_OPT = "/run/lab/opt";
export const NODE_BASE = "/run/lab/base";
/** Where the user namespaces of devices have their names. */
export const NODE_USERNS = "/run/lab/users";
/** An empty folder on which each device's mount namespace mounts a file system of its own. */
export const NODE_DEVICE_ROOT = "/run/lab/device";
export const CNI_BIN_DIR = "/opt/cni/bin";

/** Makes a node's namespaces. The node has no link yet. */
export function startNode(
  name: string,
  files: NodeFiles,
  record: (machine: Machine) => void,
): Promise<Machine> {
  const { state, programs, lab, shared, skeleton, base } = files;
  const args = [name, state, programs, lab, shared, skeleton, base];
  return startMachine(name, withConstants(furnishNode, { CNI_BIN_DIR }), args, record);
}

/**
 * Arguments: log file, command. The service becomes a child of the node's PID 1, in a session that
 * no terminal reaches. The script prints the number that the service has on the node.
 */
const IN_BACKGROUND = `log=$1; shift; setsid "$@" </dev/null >>"$log" 2>&1 & echo "$!"`;

/**
 * Starts what a pod of the manager is made of: the init container, FRR's container and the
 * manager's own. Answers the number that the manager's process has on the node. Throws with what
 * the init container said when that container fails.
 */
export async function startManager(machine: Machine, { address }: NodeAddress): Promise<number> {
  await runBatch(machine, planNode(address));
  const role = machine.name === REFLECTOR.name ? "route-reflector" : "worker";
  const env = {
    NODE_IP: address,
    CNI_BIN_DIR,
    MEGALOS_FRR: "wait",
    // All LANs are one user's, and a large lab may need more on a node than a cluster allows.
    MEGALOS_MAX_PORTS: "0",
    ...(role === "worker" ? { KATHARA_MASTER_SERVICE_HOST: REFLECTOR.address } : {}),
  };
  const manager = `${NODE_PROGRAMS}/manager`;
  await must(machine, [manager, "install", role], env);
  await startService(machine, "frr", ["sh", "/etc/frr/megalos-start"], {});
  return await startService(machine, "manager", [manager, role], env);
}

/** Starts what keeps devices from filling the disk of /shared. */
export async function startGuard(machine: Machine): Promise<void> {
  const argv = ["perl", "-e", guardShared, `${HOST_SYSCALLS.numbers.statfs}`, NODE_SHARED];
  await startService(machine, GUARD, argv, {});
}

/** The guard's log is `NODE-guard.log`. */
export const GUARD = "guard";

async function startService(
  machine: Machine,
  service: string,
  argv: readonly string[],
  env: Record<string, string>,
): Promise<number> {
  const log = `${NODE_LOGS}/${machine.name}-${service}.log`;
  return Number(await must(machine, ["sh", "-c", IN_BACKGROUND, "sh", log, ...argv], env));
}

async function must(
  machine: Machine,
  argv: readonly string[],
  env: Record<string, string>,
): Promise<string> {
  // The command takes long on a busy machine.
  const done = await run({ argv: [...enter(machine.pid), ...argv], env, timeoutMs: 60_000 });
  if (done.reason !== "success") {
    throw new Error(`Cannot start ${machine.name}: ${describe({ ...done, argv })}`);
  }
  return done.stdout;
}

const READY_SECONDS = 60;

/** The probe's exit code when the manager's process is gone. */
const ENDED = 9;

const PROBE = withConstants(probe, { ENDED });

/**
 * Waits until a node's manager is ready. When the manager ends, or is not ready after a minute,
 * this throws with the manager's reasons and the ends of the node's logs.
 */
export async function awaitReady(machine: Machine, manager: number, state: string): Promise<void> {
  const deadline = performance.now() + scaled(READY_SECONDS) * 1000;
  while (true) {
    const { stdout: answer, stderr, code } = await run({
      argv: [...enter(machine.pid), "bash", "-c", PROBE, "bash", `${manager}`],
    });
    if (/^HTTP\S+ 200 /.test(answer)) return;
    if (code === ENDED || performance.now() > deadline) {
      const why = code === ENDED
        ? "its manager has ended"
        : `its manager is not ready after ${scaled(READY_SECONDS)} s: ${answer || stderr}`;
      const logs = await readLogEnds(machine.name, state);
      throw new Error(`Cannot start ${machine.name}: ${why}\n${logs}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function readLogEnds(node: string, state: string): Promise<string> {
  const logs = ["frr", "manager"].map((service) => `${state}/logs/${node}-${service}.log`);
  const done = await run({ argv: ["tail", "--verbose", "--lines=20", ...logs] });
  return done.stdout + done.stderr;
}
