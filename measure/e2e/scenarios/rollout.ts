// Restarts all managers with their FRR, then the reflector, while pods talk, and measures the loss.
import { REFLECTOR, restart, WORKERS } from "../installation.ts";
import type { Scenario, Stage } from "../scenario.ts";
import { Talk } from "../talk.ts";

export const scenario: Scenario = {
  name: "rollout",
  title: "rollout restart of workers and reflector while pods talk",
  async run({ cluster }: Stage) {
    const talk = await Talk.start(cluster);
    const workerLossMs = await talk.measureLoss(() => restart(cluster, WORKERS));
    const reflectorLossMs = await talk.measureLoss(() => restart(cluster, REFLECTOR));
    await talk.end();
    return { workerLossMs, reflectorLossMs };
  },
};
