// `kubectl megalos`, by the real kubectl: it finds a reflector that is ready, and asks its manager.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { ROOT } from "../../tools/checkout.ts";
import { startKubeApi } from "../fixture/kube_api.ts";
import { eventually } from "../fixture/eventually.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { startTwoPods } from "../fixture/two_pods.ts";

const hasKubectl = (await run({ argv: ["kubectl", "version", "--client"] })).reason === "success";
const title = "kubectl megalos asks a reflector that is ready";

/** Runs kubectl with the plugin on its PATH. */
function kubectl(kubeconfig: string, ...args: string[]) {
  const path = `PATH=${ROOT}/deploy:/usr/bin:/bin`;
  return run({
    argv: ["env", "-i", path, "HOME=/nonexistent", `KUBECONFIG=${kubeconfig}`, "kubectl", ...args],
    timeoutMs: 60_000,
  });
}

testAsRoot(hasKubectl ? title : `${title} (cannot run: kubectl is not installed)`, async () => {
  if (!hasKubectl) return;
  await using pods = await startTwoPods();
  await using api = await startKubeApi(pods.cluster.reflector, [
    { name: "rr-starting", isReady: false },
    { name: "rr-ending", isReady: true, isEnding: true },
    { name: "rr-ready", isReady: true },
  ]);
  const ask = (...args: string[]) => kubectl(api.kubeconfig, "megalos", ...args);
  let said = "";
  await eventually(
    async () => {
      const done = await ask("devices");
      said = describe(done) + done.stdout;
      return /^lab\/pc1 .* w1 [^]*^lab\/pc2 .* w2 /m.test(done.stdout);
    },
    30,
    () => said,
  );
  assert.deepEqual(api.executed.at(-1), {
    ...{ pod: "rr-ready", namespace: "kube-system" },
    argv: ["manager", "devices"],
  });
  const json = await ask("lan", "net1", "--namespace", "kube-system", "--json");
  assert.equal(JSON.parse(json.stdout)[0].devices.length, 2, describe(json));
  const metrics = await ask("metrics");
  assert.match(metrics.stdout, /^megalos_build_info\{[^}]*\} 1$/m, describe(metrics));
  const failed = await ask("lan", "net2");
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /^Cannot show LAN "net2"/m);

  const elsewhere = await ask("-n", "elsewhere", "nodes");
  assert.equal(elsewhere.code, 1);
  assert.match(
    elsewhere.stderr,
    /^kubectl megalos: no route reflector is ready in namespace else/m,
  );
  for (
    const [args, message] of [
      [["remove"], /unknown command or option remove; see kubectl megalos --help/],
      [["devices", "--namespace"], /--namespace needs a value/],
      [["map", "--port", "x"], /the port is x; it must be a number/],
      [[], /^Usage: kubectl megalos/m],
    ] as const
  ) {
    const wrong = await ask(...args);
    assert.equal(wrong.code, 2, describe(wrong));
    assert.match(wrong.stderr, message);
  }
  assert.match((await ask("--help")).stdout, /^ {2}events +the last events of all nodes/m);
});
