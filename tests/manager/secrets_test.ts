// Where the BGP password is: in frr.conf and in the manager's environment, and nowhere else.
import assert from "node:assert/strict";
import { type Node, REFLECTOR_ADDRESS, startCluster, workerAddress } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { Manager, readStatus, REFLECTOR_ENV, workerEnv } from "../fixture/manager.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { logPrograms } from "../fixture/strace.ts";

const OTHER_ADDRESS = workerAddress(1);
const FIRST = "f1rst-s3cret";
const SECOND = "s3cond-s3cret";
const TRACES = "/run/traces";
const TRACE = `${TRACES}/programs.log`;

testAsRoot("only frr.conf and the manager's environment ever hold the BGP password", async () => {
  await using cluster = await startCluster();
  const { reflector, workers: [node, other] } = cluster;
  await using managers = new AsyncDisposableStack();
  const start = async (...args: Parameters<typeof Manager.start>) =>
    managers.use(await Manager.start(...args));
  const startReflectors = async (MEGALOS_BGP_PASSWORD: string) => {
    const env = { ...REFLECTOR_ENV, MEGALOS_BGP_PASSWORD };
    return [
      await start(reflector, ["route-reflector"], env),
      await start(other, ["route-reflector"], { ...env, NODE_IP: OTHER_ADDRESS }),
    ];
  };
  const startWorker = async (MEGALOS_BGP_PASSWORD: string) => {
    const env = { ...workerEnv(0), MEGALOS_ROUTE_REFLECTORS: "rr.test", MEGALOS_BGP_PASSWORD };
    const worker = await start(node, ["worker"], env, logPrograms(TRACE));
    // Its end is strace's, which waits for all that strace has started.
    managers.defer(() => crash(node));
    return worker;
  };
  const name = (address: string) =>
    node.must("sh", "-c", `echo "$1 rr.test" >/run/hosts`, "sh", address);
  await node.must("mkdir", TRACES);
  await name(REFLECTOR_ADDRESS);
  await node.must("mount", "--bind", "/run/hosts", "/etc/hosts");

  const reflectors = await startReflectors(FIRST);
  const first = await startWorker(FIRST);
  await awaitSession(node, REFLECTOR_ADDRESS, first);
  await judge("a start", node, [first]);

  await name(OTHER_ADDRESS);
  await awaitSession(node, OTHER_ADDRESS, first);
  await first.logged(/FRR runs it: [^]*FRR runs it: /);
  await judge("another address", node, [first]);

  // FRR goes on with the old password, and is given the new one.
  for (const manager of reflectors) await manager.end("KILL");
  await crash(node);
  await startReflectors(SECOND);
  const second = await startWorker(SECOND);
  await second.logged(/FRR runs it: applied/);
  await awaitSession(node, OTHER_ADDRESS, second);
  await judge("a crash and another password", node, [first, second]);

  await node.must("sh", "-c", "echo 'raise SystemExit(3)' >/run/failing.py");
  await node.must("mount", "--bind", "/run/failing.py", "/usr/lib/frr/frr-reload.py");
  await name(REFLECTOR_ADDRESS);
  await second.logged(/Cannot apply the FRR configuration/);
  await judge("a reload that fails", node, [first, second]);
});

async function awaitSession(node: Node, peer: string, manager: Manager): Promise<void> {
  await eventually(
    async () => {
      const sessions: { peer: string; state: string }[] = (await readStatus(node)).sessions;
      return sessions.some((one) => one.peer === peer && one.state === "Established");
    },
    40,
    () => `there is no session with ${peer}\n${manager.log}`,
  );
}

/** Kills the manager alone: strace goes on, for it follows FRR, too. */
async function crash(node: Node): Promise<void> {
  const find = ["pgrep", "-f", "^/run/programs/manager worker"];
  await node.run(["sh", "-c", 'kill -KILL $("$@")', "sh", ...find]);
  await eventually(
    async () => (await node.run(find)).reason === "exit",
    10,
    "the manager has not ended",
  );
}

async function judge(after: string, node: Node, managers: readonly Manager[]): Promise<void> {
  // The first line is the manager itself, with its environment.
  const trace = (await node.must("cat", TRACE)).replace(/^.*\n/, "");
  assert.match(trace, /execve\("\/usr\/bin\/vtysh"/, after);
  for (const password of [FIRST, SECOND]) {
    assert.ok(!trace.includes(password), `${after}: a program is given it`);
    assert.ok(!managers.some(({ log }) => log.includes(password)), `${after}: a log has it`);
  }
  assert.deepEqual(await listHolders(node), ["/etc/frr/frr.conf 640"], after);
}

/** Files of a node that hold a password, each with its mode. */
async function listHolders(node: Node): Promise<string[]> {
  const places = ["/etc/frr", "/run", "/var/log/frr", "/var/tmp", "/opt"];
  // deno-fmt-ignore
  const { stdout } = await node.run([
    "grep", "--recursive", "--files-with-matches", "--devices=skip", "--binary-files=text",
    "--exclude-dir=programs", "--exclude-dir=traces", "-e", FIRST, "-e", SECOND, "--", ...places,
  ]);
  const files = stdout.split("\n").filter((file) => file !== "");
  return await Promise.all(
    files.map(async (file) => (await node.must("stat", "--format=%n %a", file)).trim()),
  );
}
