// `kubectl megalos`, by the real kubectl: it finds a reflector that is ready, and asks its manager.
import assert from "node:assert/strict";
import { harmless } from "../../shared/harmless.ts";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { ROOT } from "../../tools/checkout.ts";
import { startKubeApi } from "../fixture/kube_api.ts";
import { eventually } from "../fixture/eventually.ts";
import { HOSTILE } from "../fixture/hostile.ts";
import { makeFolder } from "../fixture/folder.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { startResidentNode } from "../fixture/resident_node.ts";
import { startTwoPods } from "../fixture/two_pods.ts";

const hasKubectl = (await run({ argv: ["kubectl", "version", "--client"] })).reason === "success";
const title = "kubectl megalos asks a reflector that is ready";

/** Runs kubectl with the plugin on its PATH. */
function kubectl(kubeconfig: string, ...args: string[]) {
  return kubectlOf(`${ROOT}/deploy:/usr/bin:/bin`, kubeconfig, ...args);
}

function kubectlOf(path: string, kubeconfig: string, ...args: string[]) {
  const env = [`PATH=${path}`, "HOME=/nonexistent", `KUBECONFIG=${kubeconfig}`];
  return run({ argv: ["env", "-i", ...env, "kubectl", ...args], timeoutMs: 60_000 });
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

const CERTIFY = `
mkdir -p /etc/megalos
mount -t tmpfs tmpfs /etc/megalos
mkdir /etc/megalos/tls
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=megalos -days 1 \\
  -keyout /etc/megalos/tls/tls.key -out /etc/megalos/tls/tls.crt`;

/** Does all that kubectl does but forward a port: it prints what it would forward, and ends. */
const NO_FORWARD = `#!/bin/sh
case " $* " in *" port-forward "*) echo "$*" >&2 && exit 1 ;; esac
exec /usr/bin/kubectl "$@"
`;

const guarded = "kubectl megalos asks a port that was moved, with TLS and a token";
testAsRoot(hasKubectl ? guarded : `${guarded} (cannot run: kubectl is not installed)`, async () => {
  if (!hasKubectl) return;
  const env = {
    MEGALOS_VIEW_PORT: "9999",
    MEGALOS_HTTP_TLS: "/etc/megalos/tls",
    MEGALOS_HTTP_TOKEN: "a-token-of-this-test",
  };
  await using worker = await startResidentNode({
    before: (node) => node.must("sh", "-ec", CERTIFY),
    settings: env,
  });
  await using api = await startKubeApi(worker.node, [{ name: "rr-ready", isReady: true, env }]);
  await worker.manager.logged(/served at port 9999 .* over TLS$/m);
  const metrics = await kubectl(api.kubeconfig, "megalos", "metrics");
  assert.match(metrics.stdout, /^megalos_build_info\{[^}]*\} 1$/m, describe(metrics));

  await using folder = await makeFolder({ "kubectl!": NO_FORWARD });
  const path = `${folder.dir}:${ROOT}/deploy:/usr/bin:/bin`;
  const map = await kubectlOf(path, api.kubeconfig, "megalos", "map", "--port", "9000");
  assert.match(map.stdout, /^https:\/\/127\.0\.0\.1:9000\/ /, describe(map));
  assert.match(map.stderr, / port-forward pod\/rr-ready 9000:9999$/m);

  await worker.manager.end("KILL");
  const nobody = await kubectl(api.kubeconfig, "megalos", "metrics");
  assert.equal(nobody.code, 1, describe(nobody));
  assert.match(nobody.stderr, /^kubectl megalos: port 9999 does not answer over TLS /m);
});

/** Finds one reflector, and runs what is to run in its pod on this machine. */
const FAKE_KUBECTL = `#!/bin/sh
case " $* " in
  *" get pods "*) echo rr True ;;
  *) while [ "$1" != -- ]; do shift; done; shift; exec "$@" ;;
esac
`;

Deno.test("metrics are shown on a terminal without what it would obey, and else as they are", async () => {
  const names = HOSTILE.map(([name]) => name).filter((name) => name.isWellFormed());
  const text = names.map((name) => `m{name="${name.replaceAll(/\s/g, " ")}"} 1\n`).join("");
  const port = Promise.withResolvers<number>();
  await using _server = Deno.serve({
    ...{ hostname: "127.0.0.1", port: 0 },
    onListen: (at) => port.resolve(at.port),
  }, () => new Response(text));
  await using folder = await makeFolder({ "kubectl!": FAKE_KUBECTL });
  const env = [`PATH=${folder.dir}:/usr/bin:/bin`, `MEGALOS_VIEW_PORT=${await port.promise}`];
  const plugin = [`${ROOT}/deploy/kubectl-megalos`, "metrics"];
  const piped = await run({ argv: ["env", "-i", ...env, ...plugin] });
  assert.equal(piped.stdout, text, describe(piped));
  const words = ["script", "--quiet", "--return", "--command", plugin.join(" "), "/dev/null"];
  const shown = await run({ argv: ["env", "-i", ...env, ...words] });
  const lines = shown.stdout.trimEnd().split("\r\n");
  assert.deepEqual(lines, text.trimEnd().split("\n").map(harmless), describe(shown));
});
