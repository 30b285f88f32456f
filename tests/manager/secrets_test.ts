// Where the BGP password is: in frr.conf and where the manager has it from, and nowhere else.
import assert from "node:assert/strict";
import { type Node, REFLECTOR_ADDRESS, startCluster, workerAddress } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { Manager, readStatus, REFLECTOR_ENV, workerEnv } from "../fixture/manager.ts";
import {
  FOLLOW,
  preparePasswordFile,
  STORED_FILE,
  writePassword,
} from "../fixture/password_file.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { logPrograms } from "../fixture/strace.ts";

const OTHER_ADDRESS = workerAddress(1);
const FIRST = "f1rst-s3cret";
const SECOND = "s3cond-s3cret";
const TRACES = "/run/traces";
const TRACE = `${TRACES}/programs.log`;

type Role = "worker" | "route-reflector";

/** What may hold it: the file with its mode and owner. */
const CONF = "/etc/frr/frr.conf 640 root:root";
const STORED = `${STORED_FILE} 400 root:root`;

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
    managers.defer(() => crash(node, "worker"));
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
  await crash(node, "worker");
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

testAsRoot("a living manager follows a new password, and leaves none anywhere else", async () => {
  await using cluster = await startCluster();
  const { reflector, workers: [worker] } = cluster;
  await using managers = new AsyncDisposableStack();
  const start = async (node: Node, role: Role, env: Record<string, string>) => {
    await preparePasswordFile(node);
    await writePassword(node, FIRST);
    await node.must("mkdir", TRACES);
    const manager = await Manager.start(node, [role], { ...env, ...FOLLOW }, logPrograms(TRACE));
    managers.use(manager);
    managers.defer(() => crash(node, role));
    return { node, manager };
  };
  const delay = { MEGALOS_BGP_PASSWORD_DELAY: "6" };
  const both = [
    await start(reflector, "route-reflector", { ...REFLECTOR_ENV, ...delay }),
    await start(worker, "worker", workerEnv(0)),
  ];
  const judgeBoth = async (after: string, said: RegExp, stale: string) => {
    for (const { node, manager } of both) {
      await manager.logged(said, 60);
      await judge(`${after}, ${node.name}`, node, [manager], [CONF, STORED]);
      await awaitHolders(`${after}, ${node.name}`, node, [stale], []);
    }
  };
  await judgeBoth("a start", /BGP session with .* is up/, SECOND);
  for (const { node } of both) await writePassword(node, SECOND);
  const changed = /another BGP password [^]* FRR runs it: applied[^]* BGP session with .* is up/;
  await judgeBoth("a change", changed, FIRST);
  for (const { node } of both) {
    assert.match(await node.must("cat", TRACE), /"-f", "\/etc\/frr\/frr\.conf\.changes"/);
  }
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
async function crash(node: Node, role: Role): Promise<void> {
  const find = ["pgrep", "-f", `^/run/programs/manager ${role}`];
  await node.run(["sh", "-c", 'kill -KILL $("$@")', "sh", ...find]);
  await eventually(
    async () => (await node.run(find)).reason === "exit",
    10,
    "the manager has not ended",
  );
}

async function judge(
  after: string,
  node: Node,
  managers: readonly Manager[],
  holders: readonly string[] = [CONF],
): Promise<void> {
  // The first line is the manager itself, with its environment.
  const trace = (await node.must("cat", TRACE)).replace(/^.*\n/, "");
  assert.match(trace, /execve\("\/usr\/bin\/vtysh"/, after);
  for (const password of [FIRST, SECOND]) {
    assert.ok(!trace.includes(password), `${after}: a program is given it`);
    assert.ok(!managers.some(({ log }) => log.includes(password)), `${after}: a log has it`);
  }
  await awaitHolders(after, node, [FIRST, SECOND], holders);
}

/** A draft that is being checked may have a password for that moment. */
async function awaitHolders(
  after: string,
  node: Node,
  passwords: readonly string[],
  wanted: readonly string[],
): Promise<void> {
  let holders: string[] = [];
  await eventually(
    async () => `${holders = await listHolders(node, passwords)}` === `${wanted}`,
    10,
    () => `${after}: ${holders} instead of ${wanted}`,
  );
}

/** Files of a node that hold one of the passwords, each with its mode and owner. */
async function listHolders(node: Node, passwords: readonly string[]): Promise<string[]> {
  const places = ["/etc/frr", "/run", "/var/log/frr", "/var/tmp", "/opt"];
  // deno-fmt-ignore
  const { stdout } = await node.run([
    "grep", "--recursive", "--files-with-matches", "--devices=skip", "--binary-files=text",
    "--exclude-dir=programs", "--exclude-dir=traces",
    ...passwords.flatMap((password) => ["-e", password]), "--", ...places,
  ]);
  const files = stdout.split("\n").filter((file) => file !== "");
  return await Promise.all(
    files.map(async (file) => {
      return (await node.run(["stat", "--format=%n %a %U:%G", file])).stdout.trim();
    }),
  );
}
