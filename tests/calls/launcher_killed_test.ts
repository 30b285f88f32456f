// Launcher or resident is killed at any of its system calls, or no process can be had.
// The call still has an answer, and nothing is left.
import assert from "node:assert/strict";
import { converse } from "../../shared/process/exec.ts";
import type { Node } from "../fixture/cluster.ts";
import { type Call, CODE, codeOf, messageOf } from "../fixture/calls.ts";
import { eventually } from "../fixture/eventually.ts";
import { callMany, type Timed } from "../fixture/many_calls.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { oneInSoMany } from "../fixture/slow_machine.ts";
import {
  BINARY,
  callFiles,
  callOn,
  lanDevices,
  LAUNCHER,
  startResidentNode,
} from "../fixture/resident_node.ts";
import { FORKS, inject } from "../fixture/strace.ts";

const AT_A_TIME = 8;

/** One call for each point. Their containers differ, and some of them share a LAN. */
const callOf = (verb: string, at: number): Call => ({
  verb,
  container: `c${at}`,
  ifname: `net${at}`,
  config: { name: `n${at % 5}`, vxlanId: at % 5 },
});

/**
 * Makes one call for each point, with `wrapper` before the launcher, and answers how the calls
 * ended.
 */
async function makeCalls(
  node: Node,
  verb: string,
  points: readonly number[],
  wrapper: (at: number) => string[] = () => [],
): Promise<readonly Timed[]> {
  const wanted = points.map((at) => ({ call: callOf(verb, at), argv: [...wrapper(at), LAUNCHER] }));
  return (await callMany(node.run, wanted, AT_A_TIME)).calls;
}

const codesOf = (calls: readonly Timed[]) => calls.map((one) => codeOf({ ...one, stderr: "" }));

/** Makes calls that all succeed. */
async function succeed(node: Node, verb: string, points: readonly number[]): Promise<void> {
  const codes = codesOf(await makeCalls(node, verb, points));
  assert.deepEqual(new Set(codes), new Set([0]), `${verb}: ${codes}`);
}

/**
 * Asserts that nothing is attached and no call's file is left. The files that dead launchers have
 * left are made to look old, so that they go, too.
 */
async function assertNothingLeft(node: Node): Promise<void> {
  await eventually(
    async () => {
      const files = await callFiles(node);
      const paths = files.map((name) => `/run/megalos/calls/${name}`);
      if (paths.length > 0) await node.run(["touch", "--no-create", "-d", "-1 hour", ...paths]);
      return files.length === 0 && (await lanDevices(node)).length === 0;
    },
    20,
    async () => `${await callFiles(node)} and ${await lanDevices(node)} are left`,
  );
}

testAsRoot("a launcher is killed at each of its system calls: nothing is left", async () => {
  await using worker = await startResidentNode();
  const { node } = worker;
  for (const verb of ["ADD", "DEL"]) {
    const kills = await listKills(node, verb);
    const points = range(kills.length);
    if (verb === "DEL") await succeed(node, "ADD", points);
    const kill = (at: number) => inject(kills[at - 1]!, "alone");
    const ends = (await makeCalls(node, verb, points, kill)).map(({ exitCode }) => exitCode);
    const killed = ends.filter((end) => end === 128 + SIGKILL).length;
    const others = ends.filter((end) => end !== 128 + SIGKILL && end !== 0);
    assert.deepEqual(others, [], `the ends are ${ends}`);
    assert.ok(killed > points.length * 3 / 4, `${killed} of ${points.length} were killed`);
    await succeed(node, "DEL", points);
    await assertNothingLeft(node);
  }
});

testAsRoot("a launcher that can start no process answers code 11", async () => {
  await using worker = await startResidentNode();
  const { node } = worker;
  const points = range(5);
  const starve = (at: number) => [
    ...WITHOUT_STDERR,
    ...inject(`${FORKS}:error=EAGAIN:when=${at}+`, "alone"),
  ];
  const codes = codesOf(await makeCalls(node, "ADD", points, starve));
  assert.deepEqual(new Set(codes), new Set([CODE.tryLater, 0]), `the codes are ${codes}`);
  await succeed(node, "DEL", points);
  await assertNothingLeft(node);
});

testAsRoot(
  "a resident is killed at some of its system calls: code 11, and nothing is left",
  async () => {
    await using worker = await startResidentNode();
    const { node } = worker;
    const points = range(AT_A_TIME);
    for (let time = 0; time < 3; time++) {
      const at = 1 + Math.floor(Math.random() * 600);
      await using _killer = await killAt(node, worker.manager.pid, at);
      const codes = codesOf(await makeCalls(node, "ADD", points));
      assert.ok(
        codes.every((code) => code === 0 || code === CODE.tryLater),
        `killed at ${at}: ${codes}`,
      );
      await worker.manager.end("KILL");
      await worker.restart();
      await succeed(node, "DEL", points);
      await assertNothingLeft(node);
    }
  },
);

testAsRoot("a binary that is killed, or cannot be started, is code 11", async () => {
  await using worker = await startResidentNode();
  const { node } = worker;
  await worker.manager.end("KILL");
  for (const script of ["kill -KILL $$", "kill -ABRT $$", "exec /nowhere"]) {
    await node.must("sh", "-c", `printf '#!/bin/sh\n%s\n' "$1" >${BINARY}`, "sh", script);
    const reply = await callOn(node, { verb: "ADD" });
    assert.equal(codeOf(reply), CODE.tryLater, `${script}: ${reply.stdout}`);
    assert.match(messageOf(reply), /the plugin has ended with \d+/);
  }
});

/**
 * What to inject for a kill at each system call of a launcher but reading, which it does byte by
 * byte, and those by which the shell itself starts; for one call in so many on a slow machine.
 * Another launcher may make some calls less often: it lives on.
 */
async function listKills(node: Node, verb: string): Promise<string[]> {
  const file = "/run/launcher.trace";
  const trace = ["/usr/bin/strace", "--quiet=all", "--trace=!read", `--output=${file}`];
  if (verb === "DEL") await succeed(node, "ADD", [0]);
  assert.deepEqual(codesOf(await makeCalls(node, verb, [0], () => trace)), [0]);
  if (verb === "ADD") await succeed(node, "DEL", [0]);
  const counts = new Map<string, number>();
  const lines = (await node.must("cat", file)).split("\n");
  const kills = lines.flatMap((line) => /^(\w+)\(/.exec(line)?.[1] ?? []).map((name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return `${name}:signal=KILL:when=${count}`;
  });
  const start = kills.findIndex((kill) => kill.startsWith("chdir:"));
  assert.ok(start > 0, `${kills}`);
  const stride = oneInSoMany();
  const first = start + Math.floor(Math.random() * stride);
  return kills.filter((_, at) => at >= first && (at - first) % stride === 0);
}

const SIGKILL = 9;
/** The wrapper drops stderr, since a shell complains about what it cannot do. */
const WITHOUT_STDERR = ["sh", "-c", 'exec "$@" 2>/dev/null', "sh"];
const range = (length: number) => Array.from({ length }, (_, at) => at + 1);

/** Kills a process of the node at one of its next system calls. */
async function killAt(node: Node, pid: string, at: number): Promise<AsyncDisposable> {
  const options = [`--inject=all:signal=KILL:when=${at}`, "--output=/dev/null"];
  const talk = converse({ argv: [...node.enter, "strace", ...options, `--attach=${pid}`] });
  assert.match(await talk?.readLine("stderr") ?? "", /attached/);
  return {
    async [Symbol.asyncDispose]() {
      await talk?.end();
    },
  };
}
