// The Prometheus operator and a Prometheus that it runs: how they get there, and how one asks.
import { eventually } from "../../tests/fixture/eventually.ts";
import { type Cluster, WORKERS } from "./cluster.ts";
import { applyText } from "./installation.ts";

const NAME = "e2e";
/** The Secret that has the scrapes of its own. */
const SCRAPES = "scrapes";
const POD = `prometheus-${NAME}-0`;
/**
 * Enough for the kubelet to give the pod a changed configuration, and for the next scrapes. The
 * kubelet mostly took a minute or so, and once more than three.
 */
const CHANGE_SECONDS = 400;

/** A series of an instant vector. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** The time in seconds, and the value. */
  readonly value: readonly [number, string];
}

/** A rule as the Prometheus has loaded it. */
export interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

export class Prometheus {
  private constructor(private readonly cluster: Cluster) {}

  /**
   * Installs the operator by its own manifest, and a Prometheus that takes the monitors and rules
   * of all namespaces, as kube-prometheus has it. `scrapes` is a list of scrape_configs of its own.
   */
  static async start(cluster: Cluster, scrapes: string): Promise<Prometheus> {
    await loadImages(cluster);
    // The CRDs are too large for the annotation of an apply on the client's side.
    await cluster.kubectl(["apply", "--server-side", ...manifests(cluster, OPERATOR)]);
    await cluster.kubectl([
      "rollout",
      "status",
      "deployment/prometheus-operator",
      "--timeout=120s",
    ]);
    await cluster.kubectl(["apply", ...manifests(cluster, ACCOUNT)]);
    await cluster.kubectl([
      "create",
      "secret",
      "generic",
      SCRAPES,
      `--from-literal=list=${scrapes}`,
    ]);
    const version = await Deno.readTextFile(`${cluster.operatorFiles}/prometheus.version`);
    await applyText(cluster, JSON.stringify(render(version.trim())));
    const prometheus = new Prometheus(cluster);
    await prometheus.becomes("vector(1)", ["1"], ({ value }) => value[1]);
    return prometheus;
  }

  /** Ends the scrapes of its own. */
  async dropScrapes(): Promise<void> {
    const patch = [{ op: "remove", path: "/spec/additionalScrapeConfigs" }];
    const args = ["--type=json", `--patch=${JSON.stringify(patch)}`];
    await this.cluster.kubectl(["patch", `prometheus/${NAME}`, ...args]);
  }

  /** Takes all of it back. */
  async end(): Promise<void> {
    const { cluster } = this;
    await cluster.kubectl(["delete", `prometheus/${NAME}`, "--cascade=foreground"]);
    await cluster.kubectl(["delete", `secret/${SCRAPES}`]);
    await cluster.kubectl(["delete", ...manifests(cluster, [...ACCOUNT, ...OPERATOR])]);
    // The operator has made this one itself.
    await cluster.kubectl(["delete", "--namespace", "kube-system", "service/kubelet"]);
  }

  /** The series of an expression; undefined while Prometheus does not answer. */
  async query(expression: string): Promise<readonly Series[] | undefined> {
    const answer = await this.#get<{ result: readonly Series[] }>(
      `query?${new URLSearchParams({ query: expression })}`,
    );
    return answer?.result;
  }

  async listRules(): Promise<readonly Rule[]> {
    const answer = await this.#get<{ groups: readonly { rules: readonly Rule[] }[] }>("rules");
    return answer?.groups.flatMap(({ rules }) => rules) ?? [];
  }

  /** Waits until the series of an expression are these, as `describe` says them, in any order. */
  async becomes(
    expression: string,
    wanted: readonly string[],
    describe: (series: Series) => string,
  ): Promise<void> {
    let seen: readonly string[] | undefined;
    const sorted = wanted.toSorted().join("\n");
    await eventually(
      async () => {
        seen = (await this.query(expression))?.map(describe).toSorted();
        return seen?.join("\n") === sorted;
      },
      CHANGE_SECONDS,
      async () =>
        `${expression} is ${JSON.stringify(seen)}, and not ${JSON.stringify(wanted)}\n` +
        JSON.stringify(await this.#get("targets?state=active")),
    );
  }

  async #get<T>(path: string): Promise<T | undefined> {
    const pod = `/api/v1/namespaces/default/pods/${POD}:9090/proxy`;
    const done = await this.cluster.tryKubectl(["get", "--raw", `${pod}/api/v1/${path}`]);
    return done.reason === "success" ? (JSON.parse(done.stdout) as { data: T }).data : undefined;
  }
}

const OPERATOR = ["bundle"];
const ACCOUNT = ["service-account", "cluster-role", "cluster-role-binding"].map((part) =>
  `prometheus-${part}`
);

function manifests({ operatorFiles }: Cluster, names: readonly string[]): string[] {
  return names.flatMap((name) => ["-f", `${operatorFiles}/${name}.yaml`]);
}

async function loadImages(cluster: Cluster): Promise<void> {
  const names = ["operator", "prometheus-config-reloader", "prometheus"];
  const files = names.map((name) => `${cluster.operatorFiles}/${name}.tar`);
  await Promise.all(WORKERS.map(async (node) => {
    for (const file of files) {
      await cluster.on(node, ["ctr", "-n", "k8s.io", "images", "import", "--no-unpack", file]);
    }
  }));
}

function render(version: string) {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "Prometheus",
    metadata: { name: NAME, namespace: "default" },
    spec: {
      image: "localhost/prometheus:1",
      version,
      serviceAccountName: "prometheus",
      podMonitorSelector: {},
      podMonitorNamespaceSelector: {},
      ruleSelector: {},
      ruleNamespaceSelector: {},
      additionalScrapeConfigs: { name: SCRAPES, key: "list" },
      evaluationInterval: "5s",
    },
  };
}
