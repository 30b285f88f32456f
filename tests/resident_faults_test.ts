// Whichever side of a call dies, stalls or finds no room: it is executed once or not at all, and the runtime is told.
import assert from "node:assert/strict";
import type { Completed } from "../shared/command.ts";
import { converse, run } from "../shared/exec.ts";
import type { Node } from "./fixture/cluster.ts";
import { eventually } from "./fixture/eventually.ts";
import { addSandbox, call, callEnv, config, pod } from "./fixture/pod.ts";
import { CNI_BIN_DIR } from "./fixture/manager.ts";
import { testAsRoot } from "./fixture/privileged.ts";
import { startResident } from "./fixture/resident.ts";

const PC1 = pod("pc1", "02:00:00:00:00:01");
const CALLS = "/run/megalos/calls";
/** The lock of PC1's LAN, VNI 10. */
const LAN_LOCK = "/run/megalos/lock/010";

testAsRoot("with the manager dead, stopped or away, the binary answers", async () => {
  await using resident = await startResident();
  const { node } = resident;
  await addSandbox(node, PC1);
  await resident.manager.end("KILL");
  await addAndDelete(node);
  await resident.restart();
  await node.must("kill", "-STOP", resident.manager.pid);
  await addAndDelete(node);
  // What woke up late does nothing: the calls are over.
  await node.must("kill", "-CONT", resident.manager.pid);
  await eventually(
    async () => (await resident.openCalls()).length === 0,
    10,
    "calls are still open",
  );
  assert.deepEqual(await resident.devices(), []);
  await resident.manager.end("TERM");
  await node.must("mv", CALLS, `${CALLS}.away`);
  await addAndDelete(node);
});

testAsRoot("a manager that dies during a call: code 11 at once", async () => {
  await using resident = await startResident();
  const { node, manager } = resident;
  await addSandbox(node, PC1);
  await using held = await holdLock(node);
  const answer = call(node, "ADD", PC1);
  await taken(node);
  await manager.end("KILL");
  const { code, stdout } = await answer;
  assert.deepEqual([code, JSON.parse(stdout).code], [1, 11], stdout);
  await held.release();
  // The next manager clears up, and answers.
  await resident.restart();
  await addAndDelete(node);
});

testAsRoot("a launcher that dies during its ADD: the ADD is undone", async () => {
  await using resident = await startResident();
  const { node, manager } = resident;
  await addSandbox(node, PC1);
  await using held = await holdLock(node);
  const launcher = await startLauncher(node);
  await taken(node);
  launcher.kill();
  await launcher.end();
  await held.release();
  await manager.logged(/nobody took the answer to ADD; it is undone/);
  assert.deepEqual(await resident.devices(), []);
  await addAndDelete(node);
});

testAsRoot("a manager that is asked to end finishes its calls first", async () => {
  await using resident = await startResident();
  const { node, manager } = resident;
  await addSandbox(node, PC1);
  await using held = await holdLock(node);
  const answer = call(node, "ADD", PC1);
  await taken(node);
  await node.must("kill", "-TERM", manager.pid);
  await held.release();
  const { code, stdout } = await answer;
  assert.equal(code, 0, stdout);
  assert.equal((await manager.ended()).code, 0);
  assert.equal((await resident.devices()).length, 3);
  await addAndDelete(node, ["DEL"]);
});

testAsRoot("an ADD that comes after one that is undone keeps its port", async () => {
  await using resident = await startResident();
  const { node, manager } = resident;
  await addSandbox(node, PC1);
  await using held = await holdLock(node);
  const launcher = await startLauncher(node);
  await taken(node);
  launcher.kill();
  await launcher.end();
  await held.release();
  await addAndDelete(node, ["DEL", "ADD"]);
  await manager.logged(/nobody took the answer to ADD/);
  assert.equal((await resident.devices()).length, 3);
});

testAsRoot("a launcher that was stopped for too long: code 11, and the ADD is undone", async () => {
  await using resident = await startResident();
  const { node, manager } = resident;
  await addSandbox(node, PC1);
  await using held = await holdLock(node);
  const launcher = await startLauncher(node);
  await taken(node);
  await run({ argv: ["kill", "-STOP", launcher.pid] });
  await held.release();
  await manager.logged(/nobody took the answer to ADD; it is undone/);
  await run({ argv: ["kill", "-CONT", launcher.pid] });
  const answer = JSON.parse(await launcher.readLine("stdout") ?? "{}");
  assert.equal(answer.code, 11, answer.msg);
  assert.equal((await launcher.end()).code, 1);
  assert.deepEqual(await resident.devices(), []);
});

testAsRoot("/run without room: the binary answers, or code 11 once stdin is lost", async () => {
  await using resident = await startResident();
  const { node } = resident;
  await addSandbox(node, PC1);
  // A page for each small file would be needed; there is none.
  await fillRun(node, 0);
  const { code, stdout } = await call(node, "ADD", PC1);
  assert.equal(code, 0, stdout);
  await node.must("rm", "/run/filler");
  assert.equal((await call(node, "DEL", PC1)).code, 0);
  // Room for the variables (a page each) and no more: the config is lost, and nothing was done.
  await fillRun(node, 64);
  const stdin = config(PC1).padEnd(1_000_000);
  const lost = await node.run([`${CNI_BIN_DIR}/megalos`], { env: callEnv("ADD", PC1), stdin });
  assert.deepEqual([lost.code, JSON.parse(lost.stdout).code], [1, 11], lost.stdout);
  await node.must("rm", "/run/filler");
  assert.deepEqual(await resident.devices(), []);
});

testAsRoot("200 calls at once are all answered, and nothing is left of them", async () => {
  await using resident = await startResident();
  const { node } = resident;
  const pods = Array.from(
    { length: 100 },
    (_, index) =>
      pod(`p${index}`, `02:00:00:00:01:${index.toString(16).padStart(2, "0")}`, {
        ...{ name: `l${index % 10}`, suffix: "many", vxlanId: 100 + index % 10 },
      }),
  );
  await Promise.all(pods.map((one) => addSandbox(node, one)));
  const open = async () =>
    (await node.must("ls", `/proc/${resident.manager.pid}/fd`)).trim().split("\n").length;
  const before = await open();
  const all = (verb: string) => pods.map((one) => call(node, verb, one));
  const added = await Promise.all(all("ADD"));
  assert.deepEqual(added.filter(({ code }) => code !== 0), []);
  assert.equal((await resident.devices()).length, 100 + 2 * 10);
  // Each twice: one of them finds nothing.
  const deleted = await Promise.all([...all("DEL"), ...all("DEL")]);
  assert.deepEqual(deleted.filter(({ code }) => code !== 0), []);
  assert.deepEqual(await resident.devices(), []);
  const left = async () => {
    const watchdogs = (await node.run(["pgrep", "-f", `${CALLS}/alive`])).stdout;
    return [...await resident.openCalls(), ...watchdogs.split("\n").filter((line) => line !== "")];
  };
  await eventually(
    async () => (await left()).length === 0,
    15,
    async () => `left: ${await left()}`,
  );
  // The compiled manager keeps no descriptor of a call that is over.
  await eventually(
    async () => await open() <= before + 20,
    10,
    async () => `${before} -> ${await open()}`,
  );
});

async function addAndDelete(node: Node, verbs = ["ADD", "DEL"]): Promise<void> {
  for (const verb of verbs) {
    const done = await call(node, verb, PC1);
    assert.equal(done.code, 0, `${verb}: ${done.stdout}${done.stderr}`);
  }
}

/** Holds the LAN's lock, so that a call is taken and cannot end. */
async function holdLock(node: Node): Promise<AsyncDisposable & { release(): Promise<Completed> }> {
  const enter = ["nsenter", `--target=${node.pid}`, "--mount"] as const;
  const holder = converse({
    argv: [...enter, "flock", LAN_LOCK, "sh", "-c", "echo held; read -r _"],
  });
  assert.equal(await holder?.readLine("stdout"), "held");
  const release = () => holder!.end();
  return { release, [Symbol.asyncDispose]: async () => void await release() };
}

/** Waits until the manager has taken a call. */
async function taken(node: Node): Promise<void> {
  const decided = async () => (await node.must("find", CALLS, "-name", "*.decided")) !== "";
  await eventually(decided, 10, "the call is not taken");
}

/** An ADD whose launcher can be killed and stopped: without the PID namespace, its number is the host's. */
async function startLauncher(node: Node) {
  await node.run(["tee", "/run/config.json"], { stdin: config(PC1) });
  const enter = ["nsenter", `--target=${node.pid}`, "--mount", "--net"] as const;
  const tell = 'echo $$; exec "$0" </run/config.json';
  const argv = [...enter, "sh", "-c", tell, `${CNI_BIN_DIR}/megalos`] as const;
  const talk = converse({ argv, env: callEnv("ADD", PC1) });
  assert.ok(talk !== undefined);
  const pid = await talk.readLine("stdout") ?? "";
  return { ...talk, pid };
}

/** Leaves so many free KiB in the node's /run. */
async function fillRun(node: Node, freeKib: number): Promise<void> {
  const used = Number((await node.must("df", "--output=used", "-k", "/run")).split("\n")[1]);
  await node.must("mount", "-o", `remount,size=${used + 1024}k`, "/run");
  const filler = ["dd", "if=/dev/zero", "of=/run/filler", "bs=1k", "status=none"];
  await node.run(freeKib === 0 ? filler : [...filler, `count=${1024 - freeKib}`]);
}
