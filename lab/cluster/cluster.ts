// Makes the cluster: the switch, the route reflector and the workers, each with a ready manager.
import { type Machine, startMachine } from "../machines/machine.ts";
import type { Recorder } from "../record.ts";
import { awaitReady, type NodeFiles, startGuard, startManager, startNode } from "./node.ts";
import { type NodeAddress, planSwitch, REFLECTOR, runBatch, SWITCH } from "./underlay.ts";

/** Starts all machines; answers the workers by name once every manager is ready. */
export async function startCluster(
  workers: readonly NodeAddress[],
  files: NodeFiles,
  recorder: Recorder,
): Promise<Map<string, Machine>> {
  const record = (machine: Machine) =>
    recorder.update({ machines: [...recorder.current.machines, machine] });
  const members = [REFLECTOR, ...workers];
  const [hub, ...nodes] = await Promise.all([
    startMachine(SWITCH, "", [], record),
    ...members.map(({ name }) => startNode(name, files, record)),
  ]);
  await runBatch(hub!, planSwitch(nodes));
  const managers = await Promise.all(nodes.map((node, at) => startManager(node, members[at]!)));
  await Promise.all(nodes.slice(1).map(startGuard));
  await Promise.all(nodes.map((node, at) => awaitReady(node, managers[at]!, files.state)));
  return new Map(nodes.slice(1).map((node) => [node.name, node]));
}
