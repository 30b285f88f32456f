// Runs scenarios one after the other and collects their verdicts.
import type { Cluster } from "./cluster.ts";
import { describeTrouble } from "./installation.ts";
import { takeInventory } from "./leftovers.ts";
import { type Figures, timed } from "./figures.ts";
import type { Progress } from "../progress.ts";
import type { Scenario, Stage } from "./scenario.ts";
import { scenario as attacks } from "./scenarios/attacks.ts";
import { scenario as definitions } from "./scenarios/definitions.ts";
import { scenario as early } from "./scenarios/early.ts";
import { scenario as install } from "./scenarios/install.ts";
import { scenario as kathara } from "./scenarios/kathara.ts";
import { scenario as many } from "./scenarios/many.ts";
import { scenario as network } from "./scenarios/network.ts";
import { scenario as nodeRestart } from "./scenarios/node_restart.ts";
import { scenario as operator } from "./scenarios/operator.ts";
import { scenario as overlays } from "./scenarios/overlays.ts";
import { scenario as policy } from "./scenarios/policy.ts";
import { scenario as rollout } from "./scenarios/rollout.ts";
import { scenario as secret } from "./scenarios/secret.ts";
import { scenario as underlay } from "./scenarios/underlay.ts";
import { scenario as undeploy } from "./scenarios/undeploy.ts";

/** The scenarios that may be chosen, in their order. */
export const SCENARIOS: readonly Scenario[] = [
  network,
  many,
  kathara,
  rollout,
  overlays,
  underlay,
  attacks,
  policy,
  secret,
  definitions,
  operator,
  nodeRestart,
  early,
];

/** How a scenario went. */
export interface Verdict {
  readonly scenario: string;
  readonly multus: string;
  readonly seconds: number;
  readonly figures?: Figures;
  readonly error?: string;
}

/**
 * Installs, runs the scenarios (all, or those named) and undeploys. Ends with the first one that
 * fails.
 */
export async function runScenarios(
  cluster: Cluster,
  only: readonly string[] | undefined,
  progress: Progress,
): Promise<readonly Verdict[]> {
  const { say } = progress;
  const chosen = SCENARIOS.filter(({ name }) => only?.includes(name) ?? true);
  const stage: Stage = { cluster, before: await takeInventory(cluster), say };
  const verdicts: Verdict[] = [];
  for (const scenario of [install, ...chosen, undeploy]) {
    const obstacle = await scenario.findObstacle?.(cluster);
    if (obstacle !== undefined) {
      say(`left out: ${scenario.name}: ${obstacle}`);
      continue;
    }
    const verdict = await judge(scenario, stage, progress);
    verdicts.push(verdict);
    const { error, figures } = verdict;
    say(`${error === undefined ? "ok" : "FAILED"}: ${scenario.name}: ${scenario.title}`);
    if (error !== undefined) {
      say(`${error}\n${await describeTrouble(cluster)}`);
      break;
    }
    say(`    ${JSON.stringify(figures)}`);
  }
  return verdicts;
}

async function judge(scenario: Scenario, stage: Stage, progress: Progress): Promise<Verdict> {
  let outcome: { figures: Figures } | { error: string } = { error: "" };
  const seconds = await timed(async () => {
    outcome = await progress.during(`${scenario.name}: ${scenario.title}`, (at) => {
      const say = (line: string) => {
        at(`after: ${line}`);
        stage.say(line);
      };
      return scenario.run({ ...stage, say });
    }).then(
      (figures) => ({ figures }),
      (error) => ({ error: error instanceof Error ? error.message : String(error) }),
    );
  });
  return { scenario: scenario.name, multus: stage.cluster.options.multus, seconds, ...outcome };
}
