// What `kubectl megalos` shows of the example network: asked as a user asks it.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import { type Cluster, WORKERS } from "./cluster.ts";
import { DEPLOY } from "./installation.ts";
import type { Pod } from "./pods.ts";

/** A node as `nodes --json` tells of it. */
interface NodeRecord {
  readonly node: string;
  readonly role: string;
  readonly state: string;
  readonly ready: boolean | null;
}

/** A device as `devices --json` tells of it. */
interface DeviceRecord {
  readonly pod: string | null;
  readonly interface: string | null;
  readonly lan: string;
  readonly node: string;
  readonly state: string;
  readonly counters: { readonly rxPackets: number; readonly txPackets: number } | null;
}

/**
 * Asserts that the reflector knows each worker by a line of its own, and each of these pods with
 * its node, its LAN and its traffic.
 */
export async function assertSeen(cluster: Cluster, pods: readonly Pod[]): Promise<void> {
  const nodes = async () => await ask<readonly NodeRecord[]>(cluster, "nodes");
  await eventually(
    async () => {
      const found = (await nodes()).filter(({ state, ready }) => state === "connected" && ready);
      return WORKERS.every((name) => found.some(({ node }) => node === name));
    },
    20,
    async () => `not all workers have a line: ${JSON.stringify(await nodes())}`,
  );
  const devices = (await ask<readonly DeviceRecord[]>(cluster, "devices")).map((one) => ({
    ...one,
    counters: (one.counters?.rxPackets ?? 0) > 0 && (one.counters?.txPackets ?? 0) > 0,
  }));
  for (const { metadata, spec } of pods) {
    const one = devices.find(({ pod }) => pod === metadata.name);
    assert.deepEqual(
      one && [one.node, one.interface, one.state, one.counters],
      [spec.nodeName, "net1", "up", true],
      `${metadata.name}: ${JSON.stringify(devices)}`,
    );
  }
  const metrics = await megalos(cluster, "metrics");
  assert.match(metrics, /^megalos_ready 1$/m);
  assert.match(await megalos(cluster, "nodes"), /node1/);
  const map = await inKubectlsPlace(cluster, "bash", "-c", GET_MAP, "map", await readPlugin());
  assert.match(map, /^HTTP\/1\.[01] 200 /);
  assert.match(map, /<title>Megalos/);
}

// Opens the map as `kubectl megalos map` does, and answers its page. Argument: the plugin.
const GET_MAP = `set -m
sh -c "$1" kubectl-megalos map --port 19472 >/dev/null &
trap 'kill -- -$!' EXIT
for _ in $(seq 100); do
  if exec 3<>/dev/tcp/127.0.0.1/19472; then break; fi 2>/dev/null
  sleep 0.2
done
printf 'GET / HTTP/1.1\\r\\nhost: localhost\\r\\nconnection: close\\r\\n\\r\\n' >&3
timeout 10 cat <&3
`;

async function ask<T>(cluster: Cluster, command: string): Promise<T> {
  return JSON.parse(await megalos(cluster, command, "--json")) as T;
}

/** Runs kubectl's plugin where kubectl is, and answers its stdout. */
async function megalos(cluster: Cluster, ...args: string[]): Promise<string> {
  return await inKubectlsPlace(
    cluster,
    ...["sh", "-c", await readPlugin(), "kubectl-megalos", ...args],
  );
}

const readPlugin = () => Deno.readTextFile(`${DEPLOY}/kubectl-megalos`);

async function inKubectlsPlace(cluster: Cluster, ...argv: string[]): Promise<string> {
  const env = [
    `PATH=${cluster.options.cache}/bin:/usr/bin:/bin`,
    `KUBECONFIG=${cluster.shared}/pki/admin.conf`,
  ];
  const done = await cluster.tryOn("cp", ["env", ...env, ...argv]);
  assert.equal(done.reason, "success", describe(done));
  return done.stdout;
}
