// What a scenario is: something that users do with an installation, and what must hold then.
import type { Cluster } from "./cluster.ts";
import type { Inventory } from "./leftovers.ts";
import type { Figures } from "./figures.ts";

/** What a scenario works with. */
export interface Stage {
  readonly cluster: Cluster;
  /** The nodes before anything was installed. */
  readonly before: Inventory;
  /** Takes a line that says what goes on. */
  readonly say: (line: string) => void;
}

/**
 * Each scenario finds the installation running and leaves it so. `install` comes before all of
 * them, and `undeploy` after all.
 */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Answers why it cannot be run on this cluster; undefined when it can. */
  readonly findObstacle?: (cluster: Cluster) => Promise<string | undefined>;
  /** Answers what it has measured; throws when something does not hold. */
  readonly run: (stage: Stage) => Promise<Figures>;
}
