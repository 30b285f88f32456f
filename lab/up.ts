// Starts a lab, checks it, and takes it down again unless it is to be kept.
import { makeBase } from "./base/make_base.ts";
import { claim } from "./running/claim.ts";
import { checkExpectations, checkNeighbours } from "./checks/run_checks.ts";
import { startCluster } from "./cluster/cluster.ts";
import { listWorkers, REFLECTOR } from "./cluster/underlay.ts";
import { placeDevices } from "./conf/placement.ts";
import { type Lab, readLab } from "./conf/read_lab.ts";
import { selectDevices } from "./conf/select_devices.ts";
import { type RunningDevice, startDevices } from "./devices/start.ts";
import { isStartupError } from "./devices/startup_errors.ts";
import { runStartups } from "./devices/startup.ts";
import { prepareConfinement } from "./confinement/prepare.ts";
import { Progress } from "./progress.ts";
import { type PrepareContext, prepareMachine, providePrograms } from "./prepare.ts";
import { observeDevices } from "./running/observe.ts";
import { listAmbiguous } from "./running/find.ts";
import { makeReport, type Report } from "./report/report.ts";
import { provideShared } from "./running/shared_folder.ts";
import { endLab, shutDownAll } from "./running/take_down.ts";

export interface UpOptions {
  /** Absolute path of the lab's folder. */
  readonly dir: string;
  /** The devices that are wanted. No device means all of them. */
  readonly devices: readonly string[];
  /** Names the running lab. The argument is `LAB_NAME` of the lab's lab.conf. */
  readonly chooseName: (title: string | undefined) => string;
  /** How many workers. */
  readonly nodes: number;
  /** Pins `DEVICE=NODE`. */
  readonly place: readonly string[];
  readonly keep: boolean;
  /** Whether a device has IPv6 where its options do not say. */
  readonly ipv6: boolean;
  /** Bytes that a device's files may take; undefined for the usual number. */
  readonly room?: number | undefined;
  /** Seconds to wait for each startup. */
  readonly patience: number;
  /** Whether Debian packages may be installed for what startups use. */
  readonly install: boolean;
}

/** What an `up` is given by its `main.ts`. */
export interface UpContext extends PrepareContext {
  /** The words with which the caller can run another command of the lab. */
  readonly self: string;
  /** Takes the report as soon as there is one. */
  readonly print: (report: Report) => void;
  /** Rejects when the user wants an end. */
  readonly interrupted: Promise<never>;
}

/**
 * Starts the lab, checks it and prints the report. Answers the lab's name and whether all checks
 * held. Unless everything went well and `keep` is set, nothing of the lab is left when this returns
 * or throws.
 */
export async function up(
  options: UpOptions,
  context: UpContext,
): Promise<{ readonly name: string; readonly ok: boolean }> {
  const { log, print, interrupted } = context;
  const workers = listWorkers(options.nodes);
  const nodes = workers.map(({ name }) => name);
  const lab = selectDevices(await readLab(options.dir), options.devices);
  const name = options.chooseName(lab.title);
  const devices = placeDevices(lab.devices, nodes, options.place);
  for (const warning of [...lab.warnings, ...findNamesakes(lab, nodes)]) log(`Note: ${warning}`);
  const prepare = async () => {
    const installation = await prepareMachine(context);
    await providePrograms(lab, installation.skeleton, options.install, context);
    return installation;
  };
  const { programs, skeleton } = await Promise.race([prepare(), interrupted]);

  const recorder = await claim(name, { lab, ...options }, context);
  const { labDir } = recorder;
  // Once this is true the lab can be looked into.
  let isUsable = false;
  const stop = new AbortController();
  interrupted.catch(() => stop.abort());
  // What makes folders of the lab is over before they are removed: else it would make them again.
  let preparing: Promise<unknown> = Promise.resolve();
  try {
    const start = async () => {
      log("Starting nodes");
      const shared = await provideShared(lab.dir, name, log);
      recorder.update({ shared });
      const base = `${labDir}/base`;
      const files = { programs, lab: lab.dir, shared, base, skeleton, state: labDir };
      const making = [makeBase(base, stop.signal), prepareConfinement(recorder, log)] as const;
      preparing = Promise.allSettled(making);
      const [machines, changed] = await Promise.all([
        startCluster(workers, files, recorder),
        ...making,
      ]);
      if (changed.length > 0) {
        log(`Note: changed on this machine, and so not in devices: ${changed.join(", ")}`);
      }
      log(`Nodes are ready: rr, ${nodes.join(", ")}`);
      isUsable = true;
      const withErrors = new Set<string>();
      const say = (device: string, line: string) => {
        if (isStartupError(line)) withErrors.add(device);
        log(`${device}: ${line}`);
      };
      const { running, failed } = await startDevices(devices, { nodes: machines, recorder, say });
      for (const { why } of failed) log(why);
      log(`Devices are attached: ${running.length}`);
      {
        using progress = new Progress("startups", log);
        await runStartups(running, options.patience, say, progress);
      }
      for (const { device: { name, startup } } of running) {
        if (startup) recorder.setStartup(name, withErrors.has(name) ? "errors" : "ok");
      }
      log("Startups have run; checking");
      const { pairs, expectations } = await checkLab(running, lab, log);
      const unstarted = failed.map(({ device, why: output }) => ({
        ...{ device, seconds: 0, command: "start", ok: false, ms: 0, output },
      }));
      const observed = await observeDevices(recorder.current);
      return makeReport(
        recorder.current.devices,
        pairs,
        [...unstarted, ...expectations],
        observed,
        [...withErrors].sort(),
      );
    };
    const report = await Promise.race([start(), interrupted]);
    print(report);
    if (options.keep) {
      recorder.update({ kept: true });
      return { name, ok: report.ok };
    }
    log("Taking the lab down");
    const left = await Promise.race([shutDownAll(recorder.current, log), interrupted]);
    await endLab(labDir, recorder.close(), log);
    log(`${name} is down`);
    return { name, ok: report.ok && left };
  } catch (error) {
    if (options.keep && isUsable && !stop.signal.aborted && !recorder.isBroken) {
      log((error as Error).message);
      recorder.update({ kept: true });
      return { name, ok: false };
    }
    log("Taking everything down");
    stop.abort();
    await preparing;
    await endLab(labDir, recorder.close(), log);
    throw error;
  }
}

/** How the pings between neighbours and the lines of lab.check went. */
async function checkLab(
  running: readonly RunningDevice[],
  { pings, expectations }: Lab,
  log: (line: string) => void,
) {
  using progress = new Progress("checks", log);
  const [{ pairs, unasked }, outcomes] = await Promise.all([
    checkNeighbours(running, pings, progress),
    checkExpectations(running, expectations, progress),
  ]);
  return { pairs, expectations: [...unasked, ...outcomes] };
}

function findNamesakes({ devices }: Lab, nodes: readonly string[]): string[] {
  const names = listAmbiguous(devices.map(({ name }) => name), [REFLECTOR.name, ...nodes]);
  return names.map((name) =>
    `${name} is a device and a node: the node is node:${name} in commands`
  );
}
