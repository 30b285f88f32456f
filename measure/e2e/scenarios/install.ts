// From nothing to a cluster that carries LANs, by `kubectl apply` of the manifest.
// The API server also checks every manifest.
import { DEPLOY, install } from "../installation.ts";
import { timed } from "../figures.ts";
import type { Scenario, Stage } from "../scenario.ts";

const FILES = ["kathara-daemonset.yml", "uninstall.yml", "examples/network.yaml"];

export const scenario: Scenario = {
  name: "install",
  title: "apply the manifest; all sessions Established",
  async run({ cluster, say }: Stage) {
    const overlays = Array.from(Deno.readDirSync(`${DEPLOY}/overlays`), ({ name }) => name);
    const validate = ["apply", "--dry-run=server", "-f", "-"];
    for (const file of FILES) {
      await cluster.kubectl(validate, await Deno.readTextFile(`${DEPLOY}/${file}`));
    }
    for (const overlay of overlays) {
      await cluster.kubectl(validate, await cluster.kustomize(`${DEPLOY}/overlays/${overlay}`));
    }
    say(`the API server accepts ${FILES.join(", ")} and overlays ${overlays.join(", ")}`);
    return { installSeconds: await timed(() => install(cluster)) };
  },
};
