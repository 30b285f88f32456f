// Starts a lab, checks it, and takes it down again unless it is to be kept.
import type { Surroundings } from "../tools/checkout.ts";
import { claim } from "./claim.ts";
import { checkExpectations, checkNeighbours } from "./checks/run_checks.ts";
import { startCluster } from "./cluster/cluster.ts";
import { listWorkers } from "./cluster/underlay.ts";
import { type Lab, readLab } from "./conf/read_lab.ts";
import { startDevices } from "./devices/start.ts";
import { runStartup } from "./devices/startup.ts";
import type { Recorder } from "./lab_record.ts";
import { prepareMachine } from "./prepare.ts";
import { makeReport, type Report } from "./report/report.ts";
import { detachAll, endLab } from "./take_down.ts";

export interface UpOptions {
  /** Absolute path of the lab's folder. */
  readonly dir: string;
  readonly name: string;
  /** How many workers. */
  readonly nodes: number;
  /** Pins `DEVICE=NODE`. */
  readonly place: readonly string[];
  readonly keep: boolean;
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
  const programs = await Promise.race([prepareMachine(surroundings), interrupted]);

  const recorder = await claim(options.name, lab, log);
  const { labDir } = recorder;
  try {
    const files = { programs, lab: lab.dir, state: labDir };
    const start = async () => {
      log("Starting nodes");
      const machines = await startCluster(workers, files, recorder);
      log(`Nodes are ready: rr, ${nodes.join(", ")}`);
      return await startLab(lab, machines, recorder, log);
    };
    const report = await Promise.race([start(), interrupted]);
    print(report);
    if (options.keep) {
      recorder.update({ kept: true });
      return report.ok;
    }
    log("Taking the lab down");
    const troubles = await detachAll(recorder.current);
    for (const trouble of troubles) log(trouble);
    await endLab(labDir, recorder.close());
    return report.ok && troubles.length === 0;
  } catch (error) {
    log("Taking everything down");
    await endLab(labDir, recorder.close());
    throw error;
  }
}

async function startLab(
  lab: Lab,
  machines: Awaited<ReturnType<typeof startCluster>>,
  recorder: Recorder,
  log: (line: string) => void,
): Promise<Report> {
  const running = await startDevices(lab, machines, recorder);
  log(`Devices are attached: ${running.length}`);
  const withStartup = running.filter(({ device }) => device.startup);
  await Promise.all(withStartup.map(async ({ device: { name }, node, pid }) => {
    const trouble = await runStartup(node, pid, name, (line) => log(`${name}: ${line}`));
    if (trouble !== undefined) log(`${name}: ${trouble}`);
  }));
  log("Startups have run; checking");
  const [pairs, expectations] = await Promise.all([
    checkNeighbours(running),
    checkExpectations(running, lab.expectations),
  ]);
  return makeReport(recorder.current.devices, pairs, expectations);
}
