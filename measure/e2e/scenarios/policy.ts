// The overlay's NetworkPolicy on a pod network that enforces it: nodes get in, and pods do not.
import assert from "node:assert/strict";
import { eventually } from "../../../tests/fixture/eventually.ts";
import { type Cluster, NODES } from "../cluster.ts";
import {
  applyText,
  awaitEstablished,
  DEPLOY,
  findReflector,
  KUBE_SYSTEM,
  REFLECTOR,
  restart,
} from "../installation.ts";
import { Intruder } from "../intruder.ts";
import type { Scenario, Stage } from "../scenario.ts";
import { Talk } from "../talk.ts";

const POLICY = `${DEPLOY}/overlays/node-networks/policy.yml`;
/** Of BGP and of the uplink. */
const PORTS = [179, 9471];

export const scenario: Scenario = {
  name: "policy",
  title: "with the NetworkPolicy, nodes reach the reflector, and pods do not",
  async findObstacle(cluster: Cluster) {
    return await cluster.hasPolicies()
      ? undefined
      : "the pod network knows no NetworkPolicies (POLICIES=1)";
  },
  async run({ cluster, say }: Stage) {
    const talk = await Talk.start(cluster);
    const mallory = await Intruder.inPod(cluster, talk.pods[0]!);
    const findOpen = async () => await mallory.findOpen([await findReflector(cluster)], PORTS);
    assert.equal((await findOpen()).length, PORTS.length, "without the policy both are open");
    const policy = await Deno.readTextFile(POLICY);
    await applyText(cluster, policy.replace("192.0.2.0/24", "10.99.0.0/24"));
    const awaitClosed = () =>
      eventually(async () => (await findOpen()).length === 0, 60, "a pod reaches the reflector");
    await awaitClosed();
    say("a pod reaches the reflector no more");
    const lossMs = await talk.measureLoss(async () => {
      await restart(cluster, REFLECTOR);
      await awaitEstablished(cluster, NODES.length);
      await awaitClosed();
    });
    await talk.end();
    await cluster.kubectl([...KUBE_SYSTEM, "delete", "networkpolicy/kathara-master"]);
    return { lossMs };
  },
};
