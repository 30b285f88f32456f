// All is taken back, as README says: then the nodes are as they were before.
import { uninstall } from "../installation.ts";
import { assertUnchanged } from "../leftovers.ts";
import { timed } from "../figures.ts";
import type { Scenario, Stage } from "../scenario.ts";

export const scenario: Scenario = {
  name: "undeploy",
  title: "uninstall leaves nothing on the nodes",
  async run({ cluster, before }: Stage) {
    const uninstallSeconds = await timed(() => uninstall(cluster));
    await assertUnchanged(cluster, before);
    return { uninstallSeconds };
  },
};
