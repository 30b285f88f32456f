// A real Prometheus scrapes managers as the manifests have it: rules and dashboard have answers.
import assert from "node:assert/strict";
import { converse } from "../../shared/process/exec.ts";
import { describe } from "../../shared/process/command.ts";
import { ROOT } from "../../tools/checkout.ts";
import { type Node, REFLECTOR_ADDRESS, workerAddress } from "../fixture/cluster.ts";
import { listExpressions } from "../fixture/dashboard.ts";
import { eventually } from "../fixture/eventually.ts";
import { frrPids } from "../fixture/frr.ts";
import { inPod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { PC1, startTwoPods } from "../fixture/two_pods.ts";

const TOKEN = "a-token-for-prometheus";
const PROMETHEUS = "127.0.0.1:9090";
const MONITORING = `${ROOT}/deploy/monitoring`;

// Workers take the token; the reflector is asked without one, so that its refusal is seen.
const CONFIGURATION = `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [/run/prometheus/alerts.yml]
scrape_configs:
  - job_name: megalos
    authorization: { credentials_file: /run/prometheus/token }
    static_configs:
      - targets: ["${workerAddress(0)}:9472", "${workerAddress(1)}:9472"]
  - job_name: closed
    static_configs: [{ targets: ["${workerAddress(0)}:9472", "${REFLECTOR_ADDRESS}:9472"] }]
`;

const WRITE = 'mkdir -p "${1%/*}" && cat >"$1"';

/** Starts Prometheus in a node; it ends with the answer. */
async function startPrometheus(node: Node): Promise<AsyncDisposable> {
  const files = {
    "prometheus.yml": CONFIGURATION,
    "token": TOKEN,
    "alerts.yml": Deno.readTextFileSync(`${MONITORING}/alerts.yml`),
  };
  for (const [name, stdin] of Object.entries(files)) {
    const done = await node.run(["sh", "-c", WRITE, "sh", `/run/prometheus/${name}`], { stdin });
    assert.equal(done.reason, "success", describe(done));
  }
  // nsenter(1) has it as a child, which is to end first.
  const talk = converse({
    argv: [
      ...node.enter,
      ...["sh", "-c", 'echo $$; exec "$@"', "sh"],
      ...["prometheus", "--config.file=/run/prometheus/prometheus.yml"],
      ...["--storage.tsdb.path=/run/prometheus/data", `--web.listen-address=${PROMETHEUS}`],
      "--log.level=warn",
    ],
    timeoutMs: 300_000,
  });
  const pid = await talk?.readLine("stdout");
  assert.ok(talk !== undefined && pid !== undefined);
  return {
    async [Symbol.asyncDispose]() {
      await node.run(["kill", "-KILL", pid]);
      await talk.end();
    },
  };
}

// Arguments: path, parameters as JSON.
const ASK = `
import json, sys, urllib.parse, urllib.request
path, parameters = sys.argv[1:]
url = "http://${PROMETHEUS}" + path + "?" + urllib.parse.urlencode(json.loads(parameters))
try:
    print(urllib.request.urlopen(url, timeout=30).read().decode())
except OSError as error:
    print(json.dumps({"status": "error", "error": str(error)}))
`;

async function ask(node: Node, path: string, parameters: Record<string, string> = {}) {
  const done = await node.run(["python3", "-c", ASK, path, JSON.stringify(parameters)]);
  assert.equal(done.reason, "success", describe(done));
  return JSON.parse(done.stdout);
}

/** The values of an expression; undefined while Prometheus does not answer. */
async function query(node: Node, expression: string): Promise<number[] | undefined> {
  const { status, data } = await ask(node, "/api/v1/query", { query: expression });
  if (status !== "success") return undefined;
  return data.result.map(({ value }: { value: [number, string] }) => Number(value[1]));
}

testAsRoot("Prometheus scrapes, evaluates every alert, and answers every panel", async () => {
  await using pods = await startTwoPods({ MEGALOS_HTTP_TOKEN: TOKEN });
  const { reflector, workers: [w1] } = pods.cluster;
  await using _prometheus = await startPrometheus(reflector);
  const becomes = (expression: string, wanted: readonly number[]) => {
    let seen: number[] | undefined;
    return eventually(
      async () => `${seen = await query(reflector, expression)}` === `${wanted}`,
      60,
      () => `${expression} is ${seen}, and not ${wanted}`,
    );
  };
  await becomes('up{job="megalos"}', [1, 1]);
  // Without the token: the worker refuses, and the reflector, which has none, is closed.
  await becomes('up{job="closed"}', [0, 0]);
  await becomes('megalos_ready{job="megalos"}', [1, 1]);
  await becomes('sum(megalos_lan_ports{lan="net1-ntwork"})', [2]);
  await becomes("count(count by (vni) (megalos_lan_ports))", [1]);
  const sent = (over: number) =>
    `sum(megalos_port_transmit_bytes_total{namespace="lab",pod="pc1"}) > bool ${over}`;
  await inPod(w1, PC1, "ping", "-n", "-q", "-c", "20", "-i", "0.01", "-s", "1000", "10.0.0.2");
  await becomes(sent(20_000), [1]);

  const scraped = (await ask(reflector, "/api/v1/targets")).data.activeTargets as Target[];
  const errors = scraped.filter(({ labels }) => labels.job === "closed").map((one) =>
    one.lastError
  );
  assert.ok(errors.some((error) => error.includes("401")), `${errors}`);
  const { data: { groups } } = await ask(reflector, "/api/v1/rules");
  const rules = groups.flatMap(({ rules }: { rules: Rule[] }) => rules) as Rule[];
  assert.ok(rules.length >= 10);
  for (const { name, health, lastError } of rules) {
    assert.equal(health, "ok", `${name}: ${lastError}`);
  }

  const expressions = listExpressions();
  assert.ok(expressions.length > 30);
  for (const { expression } of expressions) {
    assert.ok(await query(reflector, expression) !== undefined, expression);
  }

  // A worker that loses its reflector raises alerts; nothing else has raised any.
  await becomes('count by (alertname) (ALERTS{alertstate="firing"})', []);
  await pods.running.reflector.end("KILL");
  await reflector.must("kill", "-KILL", ...Object.values(await frrPids(reflector)));
  await becomes('count(ALERTS{alertname="MegalosNoReflector"})', [2]);
  await becomes('count(ALERTS{alertname="MegalosNotReady"})', [2]);
});

interface Target {
  readonly labels: { readonly job: string };
  readonly lastError: string;
}

interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}
