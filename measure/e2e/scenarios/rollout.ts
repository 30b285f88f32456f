// Restarts all managers with their FRR, then the reflector, while pods talk, and measures the loss.
import assert from "node:assert/strict";
import { REFLECTOR, restart, WORKERS } from "../installation.ts";
import type { Scenario, Stage } from "../scenario.ts";
import { INTERVAL_MS, Talk } from "../talk.ts";

export const scenario: Scenario = {
  name: "rollout",
  title: "rollout restart of workers and reflector while pods talk",
  async run({ cluster }: Stage) {
    const talk = await Talk.start(cluster);
    const workerLossMs = await talk.measureLoss(() => restart(cluster, WORKERS));
    const reflectorLossMs = await talk.measureLoss(() => restart(cluster, REFLECTOR));
    await talk.end();
    // Nothing is lost; one frame may be on its way when the talk ends.
    assert.ok(workerLossMs <= INTERVAL_MS, `${workerLossMs} ms were lost while workers restarted`);
    assert.ok(reflectorLossMs <= INTERVAL_MS, `${reflectorLossMs} ms were lost by the reflector`);
    return { workerLossMs, reflectorLossMs };
  },
};
