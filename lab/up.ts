// Starts a lab, checks it, and takes it down again unless it is to be kept.
import type { Surroundings } from "../tools/checkout.ts";
import { claim } from "./claim.ts";
import { checkExpectations, checkNeighbours } from "./checks/run_checks.ts";
import { startCluster } from "./cluster/cluster.ts";
import { listWorkers } from "./cluster/underlay.ts";
import { type Lab, readLab } from "./conf/read_lab.ts";
import { type Site, startDevices } from "./devices/start.ts";
import { runStartups } from "./devices/startup.ts";
import { prepareMachine, providePrograms } from "./prepare.ts";
import { SKELETON } from "./skeleton.ts";
import { makeReport, type Report } from "./report/report.ts";
import { endLab, leaveAll } from "./take_down.ts";

export interface UpOptions {
  /** Absolute path of the lab's folder. */
  readonly dir: string;
  readonly name: string;
  /** How many workers. */
  readonly nodes: number;
  /** Pins `DEVICE=NODE`. */
  readonly place: readonly string[];
  readonly keep: boolean;
  /** Whether devices have IPv6 that do not say. */
  readonly ipv6: boolean;
  /** Seconds to wait for each startup. */
  readonly patience: number;
  /** Whether Debian packages may be installed for what startups use. */
  readonly install: boolean;
}

/** What an `up` is given by its `main.ts`. */
export interface UpSurroundings extends Surroundings {
  /** Takes the report as soon as there is one. */
  readonly print: (report: Report) => void;
  /** Rejects when the user wants an end. */
  readonly interrupted: Promise<never>;
}

/**
 * Starts the lab, checks it and prints the report; answers whether all held. Unless everything went well and `keep` is set,
 * nothing of the lab is left when this returns or throws.
 */
export async function up(options: UpOptions, surroundings: UpSurroundings): Promise<boolean> {
  const { log, print, interrupted } = surroundings;
  const workers = listWorkers(options.nodes);
  const nodes = workers.map(({ name }) => name);
  const lab = await readLab(options.dir, { nodes, pins: options.place });
  for (const warning of lab.warnings) log(`Note: ${warning}`);
  const prepare = async () => {
    const built = await prepareMachine(surroundings);
    await providePrograms(lab, options.install, surroundings);
    return built;
  };
  const programs = await Promise.race([prepare(), interrupted]);

  const recorder = await claim(options.name, { lab, ipv6: options.ipv6 }, log);
  const { labDir } = recorder;
  try {
    const start = async () => {
      log("Starting nodes");
      const shared = lab.shared ?? `${labDir}/shared`;
      const files = { programs, lab: lab.dir, shared, skeleton: SKELETON, state: labDir };
      const machines = await startCluster(workers, files, recorder);
      log(`Nodes are ready: rr, ${nodes.join(", ")}`);
      const site = { nodes: machines, recorder, say: sayOf(log) };
      return await startLab(lab, site, options.patience, log);
    };
    const report = await Promise.race([start(), interrupted]);
    print(report);
    if (options.keep) {
      recorder.update({ kept: true });
      return report.ok;
    }
    log("Taking the lab down");
    const left = await Promise.race([leaveAll(recorder.current, log), interrupted]);
    await endLab(labDir, recorder.close());
    return report.ok && left;
  } catch (error) {
    log("Taking everything down");
    await endLab(labDir, recorder.close());
    throw error;
  }
}

async function startLab(
  lab: Lab,
  site: Site,
  patience: number,
  log: (line: string) => void,
): Promise<Report> {
  const running = await startDevices(lab, site);
  log(`Devices are attached: ${running.length}`);
  await runStartups(running, patience, site.say);
  log("Startups have run; checking");
  const [pairs, expectations] = await Promise.all([
    checkNeighbours(running),
    checkExpectations(running, lab.expectations),
  ]);
  return makeReport(site.recorder.current.devices, pairs, expectations);
}

/** Lines with the name of the device that they are of. */
function sayOf(log: (line: string) => void): Site["say"] {
  return (device, line) => log(`${device}: ${line}`);
}
