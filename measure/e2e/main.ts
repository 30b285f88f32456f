// `deno task e2e`: a Kubernetes of its own, the image, the manifests, and what users do with them.
import { Command, Option } from "commander";
import { CACHE, type ToolContext } from "../../tools/checkout.ts";
import { ensurePackages } from "../../tools/debian.ts";
import { Cluster, type Multus } from "./cluster.ts";
import { putImage } from "./image.ts";
import { clusterPackages } from "./packages.ts";
import { Progress } from "../progress.ts";
import { runScenarios, SCENARIOS, type Verdict } from "./run.ts";

interface Options {
  readonly multus?: Multus;
  readonly limits: boolean;
  readonly only?: readonly string[];
  readonly image?: string;
  readonly keep: boolean;
  readonly json: boolean;
}

const names = SCENARIOS.map(({ name }) => name);
const options = new Command("deno task e2e")
  .description(
    "Builds a Kubernetes cluster on this machine (as root; nothing of the host's network is " +
      `touched), installs the image by the manifests, and runs the scenarios ${
        names.join(", ")
      }.\n\nEnvironment: CACHE, where binaries and images are kept ` +
      "(default .cache/k8s; the first build of Kubernetes takes 15 minutes); MULTUS_GIT, the URL " +
      "or directory of Multus' git; KATHARA=1 builds Kathara and its device image, POLICIES=1 " +
      "builds kube-router, which enforces NetworkPolicies, OPERATOR=1 builds the Prometheus " +
      "operator and Prometheus, DNS=1 builds CoreDNS.\n\n" +
      "Exit code: 0 when all held, 1 when something did not, 3 when this machine cannot have a " +
      "cluster.",
  )
  .addOption(
    new Option("--multus <form>", "default: thick where MULTUS_GIT is set, else none")
      .choices(["thick", "thin", "none"]),
  )
  .option("--limits", "thick Multus with upstream's limits of 100m CPU and 50Mi", false)
  .addOption(
    new Option("--only <scenario...>", "besides install and undeploy, only these").choices(names),
  )
  .option("--image <archive>", "instead of building the image")
  .option("--keep", "leave the cluster up (measure/e2e/cluster/in.sh, down.sh)", false)
  .option("--json", "print the verdicts as JSON on stdout", false)
  .parse(Deno.args, { from: "user" })
  .opts<Options>();

const progress = new Progress();
const { say } = progress;
const context: ToolContext = { env: Deno.env.toObject(), log: say };
const { env } = context;
const stopped = Promise.withResolvers<never>();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stopped.reject(new Error(`Stopped by ${signal}`)));
}
const cluster = new Cluster({
  multus: options.multus ?? (env.MULTUS_GIT ? "thick" : "none"),
  limits: options.limits,
  cache: env.CACHE ?? `${CACHE}/k8s`,
}, context);

/** The error whose text is said with exit code 3. */
class NoCluster extends Error {}

let code = 1;
try {
  const verdicts = await Promise.race([test(), stopped.promise]);
  if (options.json) console.log(JSON.stringify(verdicts, null, 2));
  code = verdicts.every(({ error }) => error === undefined) ? 0 : 1;
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  if (error instanceof NoCluster) code = 3;
} finally {
  if (!options.keep) await cluster.down();
}
Deno.exit(code);

async function test(): Promise<readonly Verdict[]> {
  await startable("be prepared", () => ensurePackages(clusterPackages, context));
  say(`Multus: ${cluster.options.multus}${options.limits ? ", with upstream's limits" : ""}`);
  await startable("be built", () => cluster.build());
  say("Kubernetes is built");
  await putImage(cluster.images, options.image, context);
  say("the image is built");
  await startable("start", () => cluster.up());
  say("the cluster is up");
  return await runScenarios(cluster, options.only, progress);
}

/**
 * Does work before anything of this project is in the cluster. A machine on which no cluster can be
 * had is not a failed test.
 */
async function startable(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new NoCluster(`NOT TESTED: a Kubernetes cluster cannot ${what} on this machine: ${why}`);
  }
}
