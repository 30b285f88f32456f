// What a daemon of FRR that somebody has taken over can ask of the kernel.
import assert from "node:assert/strict";
import tryCalls from "../fixture/try_calls.py" with { type: "text" };
import type { Node } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { frrPids } from "../fixture/frr.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { startTwoPods } from "../fixture/two_pods.ts";

const CONFINE = "/etc/frr/megalos-confine";
const TRY_CALLS = ["python3", "-I", "-c", tryCalls];
/** As /proc/PID/status says it: 2 is a filter. */
const IS_FILTERED = /^Seccomp:\t2$/m;

/** For each call or family of sockets the name of its error, or "none". */
interface Answers {
  readonly calls: Readonly<Record<string, string>>;
  readonly others: Readonly<Record<string, string>>;
  readonly families: Readonly<Record<string, string>>;
  readonly foreign: Readonly<Record<string, string>>;
}

testAsRoot("FRR, its relay and what restarts it have a filter of system calls", async () => {
  await using pods = await startTwoPods();
  const { reflector, workers: [w1] } = pods.cluster;
  for (const node of [reflector, w1]) {
    const names = await listUnfiltered(node);
    assert.deepEqual(names, [], node.name);
  }

  const { bgpd = "" } = await frrPids(w1);
  await w1.must("kill", "-KILL", bgpd);
  await eventually(
    async () => ![undefined, bgpd].includes((await frrPids(w1)).bgpd),
    20,
    "bgpd is not started again",
  );
  assert.deepEqual(await listUnfiltered(w1), []);
});

testAsRoot("under FRR's filter nothing mounts, and networks alone can be entered", async () => {
  await using pods = await startTwoPods();
  const { workers: [w1] } = pods.cluster;
  const free: Answers = JSON.parse(await w1.must(...TRY_CALLS));
  const confined: Answers = JSON.parse(await w1.must(CONFINE, "/usr/bin/env", ...TRY_CALLS));
  const names = Object.keys(free.calls);
  const all = (answer: string) => Object.fromEntries(names.map((name) => [name, answer]));

  // Without the filter the kernel looks at each call, and refuses none for its own sake.
  assert.deepEqual(Object.entries(free.calls).filter(([, answer]) => answer === "EPERM"), []);
  assert.ok(names.length > 20, `${names}`);
  assert.deepEqual(confined.calls, all("EPERM"));
  // The C library then makes processes and threads by clone(2).
  assert.notEqual(free.others.clone3, "ENOSYS");
  assert.deepEqual(confined.others, {
    "clone3": "ENOSYS",
    "setns of a network namespace": "EBADF",
  });
  assert.deepEqual(new Set(Object.values(confined.families)), new Set(["none"]));
  assert.ok(Object.values(free.foreign).includes("none"), JSON.stringify(free.foreign));
  assert.deepEqual(new Set(Object.values(confined.foreign)), new Set(["EAFNOSUPPORT"]));
});

testAsRoot("FRR starts where the kernel takes no filter, which is said", async () => {
  await using pods = await startTwoPods();
  const { workers: [w1] } = pods.cluster;
  // Without SYS_ADMIN, and without no_new_privs, the kernel refuses to load filters.
  const done = await w1.run(["setpriv", "--bounding-set=-sys_admin", CONFINE, "/bin/echo", "runs"]);
  assert.equal(done.stdout, "runs\n");
  assert.equal(
    done.stderr,
    "FRR runs without a filter of system calls: Permission denied\n",
  );
});

/** FRR's processes and those of its scripts that have no filter, each as its command line. */
async function listUnfiltered(node: Node): Promise<string[]> {
  const processes = (await node.must("ps", "-e", "-o", "pid=,args=")).trim().split("\n")
    .map((line) => /^\s*(\d+) (.*)$/.exec(line)?.slice(1) as [string, string])
    .filter(([, args]) => /\/frr\/(watchfrr|zebra|bgpd|staticd|mgmtd|megalos-)/.test(args));
  const wanted = /relay/.test(await node.must("ls", "/etc/frr")) ? 5 : 4;
  assert.ok(processes.length >= wanted, processes.map(([, args]) => args).join("\n"));
  const unfiltered: string[] = [];
  for (const [pid, args] of processes) {
    const { stdout } = await node.run(["cat", `/proc/${pid}/status`]);
    if (stdout !== "" && !IS_FILTERED.test(stdout)) unfiltered.push(args);
  }
  return unfiltered;
}
