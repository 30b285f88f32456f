// The Prometheus operator takes the PodMonitor and the rules; its Prometheus finds all managers.
import assert from "node:assert/strict";
import { listExpressions } from "../../../tests/fixture/dashboard.ts";
import { eventually } from "../../../tests/fixture/eventually.ts";
import type { Cluster } from "../cluster.ts";
import { apply, applyText, DEPLOY, install, KUBE_SYSTEM, remove } from "../installation.ts";
import { listPods, type Pod } from "../pods.ts";
import { Prometheus, type Series } from "../prometheus.ts";
import { timed } from "../figures.ts";
import type { Scenario, Stage } from "../scenario.ts";
import { Talk, TALKERS } from "../talk.ts";

const MONITOR = `${DEPLOY}/monitoring/pod-monitor.yml`;
const RULES = `${DEPLOY}/monitoring/prometheus-rule.yml`;
const SCRAPE = `${DEPLOY}/monitoring/prometheus.yml`;
const JOB = "kube-system/megalos";

// The usual scrape of pods that have the annotations.
const BY_ANNOTATIONS = `
  - job_name: annotations
    scrape_interval: 5s
    kubernetes_sd_configs: [{ role: pod }]
    relabel_configs:
      - source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape]
        regex: "true"
        action: keep
      - source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_path]
        target_label: __metrics_path__
      - source_labels: [__meta_kubernetes_pod_ip, __meta_kubernetes_pod_annotation_prometheus_io_port]
        separator: ":"
        target_label: __address__
      - source_labels: [__meta_kubernetes_pod_node_name]
        target_label: node
`;

export const scenario: Scenario = {
  name: "operator",
  title: "Prometheus and its operator scrape all managers, with a token too, and have the alerts",
  async findObstacle(cluster: Cluster) {
    return await cluster.hasOperator()
      ? undefined
      : "the Prometheus operator is not built (OPERATOR=1)";
  },
  async run({ cluster, say }: Stage) {
    const overlay = await cluster.kustomize(`${DEPLOY}/overlays/metrics`);
    await install(cluster, overlay);
    const [, scrapes] = (await Deno.readTextFile(SCRAPE)).split("\nscrape_configs:\n");
    const prometheus = await Prometheus.start(cluster, scrapes + BY_ANNOTATIONS);
    say("the operator runs a Prometheus");
    for (const job of ["megalos", "annotations"]) await assertScraped(cluster, prometheus, job);
    await prometheus.dropScrapes();
    say("each manager is scraped by prometheus.yml, and by its annotations");
    // The API server refuses what the kinds do not have: kubectl asks it to.
    for (const file of [MONITOR, RULES]) await apply(cluster, file);
    const upSeconds = await timed(() => assertScraped(cluster, prometheus, JOB));
    say("each manager is scraped by the PodMonitor");
    // Rates come from counters that were scraped before.
    const talk = await Talk.start(cluster);
    await assertTalkersSeen(prometheus);
    await assertRules(prometheus);
    say("the devices and all alerts are there");
    await assertPanels(prometheus);
    say("the dashboard's panels have data");
    const pendingSeconds = await assertAlert(cluster, prometheus);
    say("a manager that does not answer is an alert");
    const tokenSeconds = await haveToken(cluster, overlay, prometheus);
    await prometheus.end();
    await talk.end();
    await install(cluster);
    return { upSeconds, pendingSeconds, tokenSeconds };
  },
};

/** Each pod of Megalos is one target that is up, and has series with its node's name. */
async function assertScraped(
  cluster: Cluster,
  prometheus: Prometheus,
  job: string,
): Promise<void> {
  const pods = await listManagers(cluster);
  assert.ok(pods.length > 1);
  const wanted = pods.map(({ status, spec }) => `${status.podIP}:9472 on ${spec.nodeName} is 1`);
  const describe = ({ metric, value }: Series) =>
    `${metric.instance} on ${metric.node} is ${value[1]}`;
  for (const name of ["up", "megalos_ready"]) {
    await prometheus.becomes(`${name}{job="${job}"}`, wanted, describe);
  }
}

/** The labels of a device are of the pod that has it, and not of the manager that tells of it. */
async function assertTalkersSeen(prometheus: Prometheus): Promise<void> {
  await prometheus.becomes(
    `megalos_port_transmit_bytes_total{job="${JOB}",lan="talk-e2e"} > 0`,
    TALKERS.map(({ name, node }) => `default/${name} on ${node}`),
    ({ metric }) => `${metric.namespace}/${metric.pod} on ${metric.node}`,
  );
  assert.deepEqual(await prometheus.query('{exported_pod!=""}'), []);
}

async function assertRules(prometheus: Prometheus): Promise<void> {
  const alerts = (await Deno.readTextFile(RULES)).matchAll(/- alert: (\w+)/g);
  const rules = await prometheus.listRules();
  // Prometheus tells of the groups in the order of their names.
  const names = rules.map(({ name }) => name).toSorted();
  assert.deepEqual(names, Array.from(alerts, ([, name]) => name).toSorted());
  for (const { name, health, lastError } of rules) assert.equal(health, "ok", name + lastError);
}

// What these panels show need not have happened.
const EMPTY = new Set([
  "Frames dropped",
  "Limits that are met",
  "Sessions that ended",
  "Daemons that restarted",
  "Repairs",
  "Warnings and errors",
]);

/** Each panel has shown something lately, where there was something to show. */
async function assertPanels(prometheus: Prometheus): Promise<void> {
  for (const { title, expression } of listExpressions()) {
    const lately = `max_over_time((${expression})[5m:5s])`;
    let seen: readonly Series[] | undefined;
    await eventually(
      async () => {
        seen = await prometheus.query(lately);
        return seen !== undefined && (EMPTY.has(title) || seen.length > 0);
      },
      60,
      () => `${title}: ${lately} is ${JSON.stringify(seen)}`,
    );
  }
}

/** Stops a manager for a while. Answers after how many seconds the alert was there. */
async function assertAlert(cluster: Cluster, prometheus: Prometheus): Promise<number> {
  const [manager] = await listPods(cluster, "k8s-app=kathara-worker", "kube-system");
  assert.ok(manager !== undefined);
  const alerts = 'ALERTS{alertname="MegalosManagerDown"}';
  const describe = ({ metric }: Series) =>
    `${metric.pod} on ${metric.node} is ${metric.alertstate}`;
  const wanted = [`${manager.metadata.name} on ${manager.spec.nodeName} is pending`];
  await signal(cluster, manager, "STOP");
  const seconds = await timed(() => prometheus.becomes(alerts, wanted, describe));
  await signal(cluster, manager, "CONT");
  await prometheus.becomes(alerts, [], describe);
  return seconds;
}

// The manager is the only child of its container's first process.
const SIGNAL = 'kill -"$1" $(</proc/1/task/1/children)';

async function signal(cluster: Cluster, { metadata }: Pod, name: string): Promise<void> {
  await cluster.kubectl([
    ...[...KUBE_SYSTEM, "exec", metadata.name, "--container", "manager", "--"],
    ...["bash", "-c", SIGNAL, "bash", name],
  ]);
}

/** Guards the port by a token, and gives it to Prometheus as the PodMonitor's comment says. */
async function haveToken(
  cluster: Cluster,
  overlay: string,
  prometheus: Prometheus,
): Promise<number> {
  const token = ["generic", "kathara-http", "--from-literal=token=a-token-for-prometheus"];
  await cluster.kubectl([...KUBE_SYSTEM, "create", "secret", ...token]);
  const guarded = overlay.replaceAll(/ *- name: MEGALOS_METRICS\n *value: open\n/g, "");
  assert.notEqual(guarded, overlay);
  await install(cluster, guarded);
  const pods = await listManagers(cluster);
  const states = (value: number) => pods.map(({ metadata }) => `${metadata.name} is ${value}`);
  const describe = ({ metric, value }: Series) => `${metric.pod} is ${value[1]}`;
  await prometheus.becomes(`up{job="${JOB}"}`, states(0), describe);
  const monitor = await Deno.readTextFile(MONITOR);
  const withToken = monitor.replace("# authorization:", "authorization:");
  assert.notEqual(withToken, monitor);
  await applyText(cluster, withToken);
  const seconds = await timed(() => prometheus.becomes(`up{job="${JOB}"}`, states(1), describe));
  for (const file of [MONITOR, RULES]) await remove(cluster, file);
  await cluster.kubectl([...KUBE_SYSTEM, "delete", "secret/kathara-http"]);
  return seconds;
}

async function listManagers(cluster: Cluster): Promise<readonly Pod[]> {
  const pods = await listPods(cluster, "app.kubernetes.io/name=megalos", "kube-system");
  return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}
