// Calls are answered alike, byte for byte, by the manager and by the binary that the launcher falls back to.
import assert from "node:assert/strict";
import type { Completed } from "../shared/command.ts";
import type { Node } from "./fixture/cluster.ts";
import { eventually } from "./fixture/eventually.ts";
import { CNI_BIN_DIR, MANAGER } from "./fixture/manager.ts";
import { testAsRoot } from "./fixture/privileged.ts";
import { startResident } from "./fixture/resident.ts";

interface Call {
  readonly name: string;
  /** Set over those of an ADD of a pod; undefined unsets. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Set over the config of the LAN; a text is stdin as it is. */
  readonly config?: Readonly<Record<string, unknown>> | string;
}

const ENV = {
  CNI_COMMAND: "ADD",
  CNI_CONTAINERID: "c1",
  CNI_NETNS: "/run/netns/pc1",
  CNI_IFNAME: "net0",
  CNI_PATH: CNI_BIN_DIR,
  CNI_ARGS: "IgnoreUnknown=1;MAC=02:00:00:00:00:01",
};
const CONFIG = {
  cniVersion: "1.1.0",
  name: "net1",
  type: "megalos",
  suffix: "ntwork",
  vxlanId: 10,
};
const RESULT = {
  interfaces: [{ name: "net0", mac: "02:00:00:00:00:01", sandbox: "/run/netns/pc1" }],
};
const long = (bytes: number) => ({ interfaces: [], dns: { domain: "é".repeat(bytes / 2) } });

const CALLS: readonly Call[] = [
  { name: "ADD" },
  { name: "ADD of what is there" },
  { name: "CHECK", env: { CNI_COMMAND: "CHECK" }, config: { prevResult: RESULT } },
  { name: "CHECK without prevResult", env: { CNI_COMMAND: "CHECK" } },
  { name: "DEL", env: { CNI_COMMAND: "DEL" } },
  { name: "DEL again, without netns", env: { CNI_COMMAND: "DEL", CNI_NETNS: undefined } },
  { name: "ADD of 0.1.0", config: { cniVersion: "0.1.0" } },
  { name: "DEL of 0.1.0", env: { CNI_COMMAND: "DEL" }, config: { cniVersion: "0.1.0" } },
  { name: "ADD with a result that is not ASCII", config: { prevResult: long(20) } },
  { name: "DEL", env: { CNI_COMMAND: "DEL" } },
  { name: "ADD with a result of more than a pipe takes", config: { prevResult: long(200_000) } },
  { name: "DEL", env: { CNI_COMMAND: "DEL" } },
  { name: "GC", env: { CNI_COMMAND: "GC" }, config: { "cni.dev/valid-attachments": [] } },
  { name: "STATUS", env: { CNI_COMMAND: "STATUS" } },
  { name: "VERSION", env: { CNI_COMMAND: "VERSION" } },
  { name: "an unknown command", env: { CNI_COMMAND: "GET" } },
  { name: "no container", env: { CNI_CONTAINERID: undefined } },
  { name: "an empty container and no path", env: { CNI_CONTAINERID: "", CNI_PATH: undefined } },
  { name: "a container with a newline", env: { CNI_CONTAINERID: "c1\n\n" } },
  { name: "an interface with a quote", env: { CNI_IFNAME: `a"b'$(id)` } },
  { name: "an interface that looks like an option", env: { CNI_IFNAME: "-n" } },
  { name: "its DEL", env: { CNI_COMMAND: "DEL", CNI_IFNAME: "-n" } },
  { name: "arguments with percent signs and stars", env: { CNI_ARGS: "%s%n\\n*;=" } },
  { name: "a netns that is missing", env: { CNI_NETNS: "/run/netns/none" } },
  { name: "a netns of a process", env: { CNI_NETNS: "/proc/1/ns/net" } },
  { name: "a netns by a way back", env: { CNI_NETNS: "/run/netns/../netns/megalos" } },
  { name: "the LAN namespace", env: { CNI_NETNS: "/run/netns/megalos" } },
  { name: "nothing on stdin", config: "" },
  { name: "no JSON", config: "{" },
  { name: "a list", config: "[]" },
  { name: "wrong keys", config: { vxlanId: "10", suffix: "much too long", mtu: 1.5 } },
  { name: "4 MiB", config: JSON.stringify(CONFIG).padEnd(4 * 1024 * 1024) },
  { name: "a byte more than 4 MiB", config: JSON.stringify(CONFIG).padEnd(4 * 1024 * 1024 + 1) },
  { name: "DEL", env: { CNI_COMMAND: "DEL" } },
];

testAsRoot("the manager and the binary answer every call alike", async () => {
  await using resident = await startResident();
  const { node, manager } = resident;
  await node.must("ip", "netns", "add", "pc1");
  const byManager = await makeCalls(node);
  assert.deepEqual(await resident.devices(), []);
  await manager.end("KILL");
  const byBinary = await makeCalls(node);
  assert.deepEqual(await resident.devices(), []);
  for (const [index, { name }] of CALLS.entries()) {
    assert.deepEqual(byManager[index], byBinary[index], name);
    assert.match(byBinary[index]?.stdout ?? "", /^(\{.*\}\n)?$/, name);
  }
  assert.ok(byManager.filter(({ code }) => code === 0).length > 12);
});

testAsRoot("a variable that is not UTF-8 is an error of either", async () => {
  await using resident = await startResident();
  const { node, manager } = resident;
  const run = () =>
    node.run(["sh", "-c", `CNI_ARGS=$(printf 'MAC=\\377') exec "$0" </dev/null`, LAUNCHER], {
      env: ENV,
    });
  const byManager = await run();
  await manager.end("KILL");
  const byBinary = await run();
  assert.equal(byManager.stdout, byBinary.stdout);
  assert.match(byManager.stdout, /"code":4,"msg":"Cannot read CNI_ARGS: it is not valid UTF-8"/);
});

testAsRoot("VERSION and the about text never wait for stdin, and leave no call", async () => {
  await using resident = await startResident();
  const { node } = resident;
  // The pipe stays open for longer than the test: who reads stdin never ends.
  for (const env of [{ CNI_COMMAND: "VERSION" }, { CNI_COMMAND: "" }, {}]) {
    const argv = ["bash", "-c", `exec "$0" < <(sleep 200 >/dev/null 2>&1)`, LAUNCHER];
    const done = await node.run(argv, { env, timeoutMs: 20_000 });
    assert.equal(done.reason, "success");
  }
  assert.deepEqual(await resident.openCalls(), []);
});

testAsRoot(
  "the manager counts the calls that it answers, and those that are declined",
  async () => {
    await using resident = await startResident();
    const { node } = resident;
    await node.must("ip", "netns", "add", "pc1");
    await call(node, { name: "ADD" });
    await call(node, { name: "DEL", env: { CNI_COMMAND: "DEL" } });
    await call(node, { name: "declined", env: { CNI_NETNS: "/proc/1/ns/net" } });
    const counts = await eventually(
      async () => {
        const { calls } = JSON.parse(await node.must(MANAGER, "status", "--json"));
        return calls.ADD?.declined === 1 && calls.DEL?.answered === 1 && calls.ADD;
      },
      15,
      "the calls are not counted",
    );
    assert.deepEqual([counts.answered, counts.failed, counts.fallenBack], [1, 0, 0]);
    assert.deepEqual(await resident.openCalls(), []);
  },
);

testAsRoot("MEGALOS_LAUNCHER=off installs the bare binary", async () => {
  await using resident = await startResident({ MEGALOS_LAUNCHER: "off" });
  const { node } = resident;
  await node.must("cmp", `${MANAGER.replace("manager", "megalos")}`, LAUNCHER);
  await node.must("ip", "netns", "add", "pc1");
  assert.equal((await call(node, { name: "ADD" })).code, 0);
});

const LAUNCHER = `${CNI_BIN_DIR}/megalos`;

async function makeCalls(node: Node): Promise<Pick<Completed, "stdout" | "code">[]> {
  const answers = [];
  for (const one of CALLS) {
    const { stdout, code } = await call(node, one);
    // The host side's MAC address is random.
    answers.push({
      code,
      stdout: stdout.replace(/("name":"mg[a-z2-7]{13}","mac":)"[^"]*"/, "$1null"),
    });
  }
  return answers;
}

function call(node: Node, { env, config = {} }: Call): Promise<Completed> {
  const all = Object.entries({ ...ENV, ...env });
  const set = Object.fromEntries(
    all.filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const stdin = typeof config === "string" ? config : JSON.stringify({ ...CONFIG, ...config });
  return node.run([LAUNCHER], { env: set, stdin });
}
