// Starts a lab, checks it, and takes it down again unless it is to be kept.
import type { ToolContext } from "../tools/checkout.ts";
import { claim } from "./running/claim.ts";
import { checkExpectations, checkNeighbours } from "./checks/run_checks.ts";
import { startCluster } from "./cluster/cluster.ts";
import { listWorkers } from "./cluster/underlay.ts";
import { placeDevices } from "./conf/placement.ts";
import type { Expectation } from "./conf/lab_check.ts";
import { readLab } from "./conf/read_lab.ts";
import { type RunningDevice, startDevices } from "./devices/start.ts";
import { runStartups } from "./devices/startup.ts";
import { prepareMachine, providePrograms } from "./prepare.ts";
import { SKELETON } from "./skeleton.ts";
import { makeReport, type Report } from "./report/report.ts";
import { endLab, shutDownAll } from "./running/take_down.ts";

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
export interface UpContext extends ToolContext {
  /** Takes the report as soon as there is one. */
  readonly print: (report: Report) => void;
  /** Rejects when the user wants an end. */
  readonly interrupted: Promise<never>;
}

/**
 * Starts the lab, checks it and prints the report; answers whether all held. Unless everything went well and `keep` is set,
 * nothing of the lab is left when this returns or throws.
 */
export async function up(options: UpOptions, context: UpContext): Promise<boolean> {
  const { log, print, interrupted } = context;
  const workers = listWorkers(options.nodes);
  const nodes = workers.map(({ name }) => name);
  const lab = await readLab(options.dir);
  const devices = placeDevices(lab.devices, nodes, options.place);
  for (const warning of lab.warnings) log(`Note: ${warning}`);
  const prepare = async () => {
    const built = await prepareMachine(context);
    await providePrograms(lab, options.install, context);
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
      const say = (device: string, line: string) => log(`${device}: ${line}`);
      const running = await startDevices(devices, { nodes: machines, recorder, say });
      log(`Devices are attached: ${running.length}`);
      await runStartups(running, options.patience, say);
      log("Startups have run; checking");
      const outcomes = await checkLab(running, lab.expectations);
      return makeReport(recorder.current.devices, ...outcomes);
    };
    const report = await Promise.race([start(), interrupted]);
    print(report);
    if (options.keep) {
      recorder.update({ kept: true });
      return report.ok;
    }
    log("Taking the lab down");
    const left = await Promise.race([shutDownAll(recorder.current, log), interrupted]);
    await endLab(labDir, recorder.close());
    return report.ok && left;
  } catch (error) {
    log("Taking everything down");
    await endLab(labDir, recorder.close());
    throw error;
  }
}

/** How the pings between neighbours and the lines of lab.check went. */
async function checkLab(running: readonly RunningDevice[], expectations: readonly Expectation[]) {
  return await Promise.all([
    checkNeighbours(running),
    checkExpectations(running, expectations),
  ]);
}
