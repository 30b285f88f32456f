// The manager's HTTP port under attack: it is closed to others, and held connections end nothing.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { converse } from "../../shared/process/exec.ts";
import { ROOT } from "../../tools/checkout.ts";
import { type Node, workerAddress } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { type Manager, NOT_SERVED, probe, readStatus } from "../fixture/manager.ts";
import { addPod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { startResidentNode } from "../fixture/resident_node.ts";
import { PC1, PC2 } from "../fixture/two_pods.ts";

// Holds connections until its input ends. Arguments: how many.
const HOLD = `
import socket, sys
held = []
for _ in range(int(sys.argv[1])):
    held.append(socket.create_connection(("127.0.0.1", 9470), 10))
print("held", flush=True)
sys.stdin.read()
`;

async function hold(node: Node, count: number): Promise<AsyncDisposable> {
  const talk = converse({
    argv: [...node.enter, "python3", "-c", HOLD, `${count}`],
    timeoutMs: 120_000,
  });
  assert.equal(await talk?.readLine("stdout"), "held");
  return { [Symbol.asyncDispose]: async () => void await talk?.end() };
}

const limitFiles = (node: Node, { pid }: Manager, limit: number) =>
  node.must("prlimit", "--pid", pid, `--nofile=${limit}:`);

async function openFiles(node: Node, { pid }: Manager): Promise<number> {
  return (await node.must("ls", `/proc/${pid}/fd`)).trim().split("\n").length;
}

testAsRoot("980 idle connections cost the manager nothing, and probes are answered", async () => {
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  await limitFiles(node, manager, 1024);
  {
    await using _held = await hold(node, 980);
    assert.equal(await probe(node, "/healthz"), "200 ok");
    assert.ok(await openFiles(node, manager) < 200);
    await addPod(node, PC1);
    assert.equal((await readStatus(node)).calls.ADD?.answered ?? 1, 1);
    assert.equal(await probe(node, "/elsewhere"), NOT_SERVED);
  }
  assert.equal(await probe(node, "/healthz"), "200 ok");
});

testAsRoot("a manager without descriptors goes on when it has some again", async () => {
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  await limitFiles(node, manager, 8);
  const refused = [
    ...["bash", "-c", "for i in 1 2 3 4 5; do timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/9470"],
  ];
  await node.run(["bash", "-c", `${refused.at(-1)}; read -r <&3'; done`]);
  await manager.logged(/warn Cannot ask FRR how it is: .*Too many open files/);
  await limitFiles(node, manager, 1024);
  await eventually(
    async () => await probe(node, "/healthz") === "200 ok",
    10,
    () => `nobody answers\n${manager.log}`,
  );
  await manager.logged(/works again: ask FRR how it is/);
  await addPod(node, PC2);
});

testAsRoot("the reflector's probe, as the manifest has it, tells yes from no", async () => {
  const manifest = Deno.readTextFileSync(`${ROOT}/deploy/base/reflector/deployment.yml`);
  const [, script] = / - '(exec 3<>.*)'\n +- \/healthz$/m.exec(manifest) ?? [];
  assert.ok(script !== undefined, manifest);
  await using worker = await startResidentNode();
  const { node } = worker;
  const ask = async (path: string) => (await node.run(["bash", "-c", script, path])).reason;
  assert.equal(await ask("/healthz"), "success");
  // There is no reflector.
  assert.equal(await ask("/readyz"), "exit");
  await worker.manager.end("KILL");
  assert.equal(await ask("/healthz"), "exit");
});

testAsRoot("others than the node itself reach it only where a setting says so", async () => {
  await using worker = await startResidentNode();
  const { node } = worker;
  assert.equal(await probe(node, "/healthz", workerAddress(0)), "");
  assert.equal(await probe(node, "/healthz", "127.0.0.1"), "200 ok");
  assert.equal(await probe(node, "/healthz", "::1"), "200 ok");
  await worker.manager.end("TERM");
  await worker.restart({ MEGALOS_HTTP_LISTEN: "all" });
  assert.equal(await probe(node, "/healthz", workerAddress(0)), "200 ok");
});

testAsRoot(
  "what is no request, or too long a one, is refused; a silent peer is cut off",
  async () => {
    await using worker = await startResidentNode();
    const { node } = worker;
    const send = async (text: string) => {
      const script = `exec 3<>/dev/tcp/127.0.0.1/9470; printf "$1" >&3; head -1 <&3`;
      const done = await node.run(["bash", "-c", script, "bash", text]);
      // Else it would have waited for as long as a program may run.
      assert.equal(done.reason, "success", describe(done));
      return done.stdout.trim();
    };
    assert.equal(await send("hello\\r\\n\\r\\n"), "HTTP/1.1 400 Bad Request");
    assert.match(await send(`GET /${"x".repeat(9_000)}`), /^HTTP\/1\.1 431 /);
    assert.equal(await send("GET /healthz HTTP/1.1\\r\\n"), "");
    assert.equal(await probe(node, "/healthz"), "200 ok");
  },
);
