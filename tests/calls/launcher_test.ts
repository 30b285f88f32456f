// The launcher that the manager installs: the plugin starts through it whatever the caller is like.
import assert from "node:assert/strict";
import { type Completed, describe } from "../../shared/process/command.ts";
import { type Node, startCluster, startNode } from "../fixture/cluster.ts";
import { CNI_BIN_DIR, MANAGER, Manager, workerEnv } from "../fixture/manager.ts";
import { addSandbox, call, callEnv, config, pod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { LANS } from "../fixture/bare_node.ts";

const LAUNCHER = `${CNI_BIN_DIR}/megalos`;
const BINARY = `${CNI_BIN_DIR}/megalos.bin`;
const PC1 = pod("pc1", "02:00:00:00:00:01");

// Arguments: the plugin. This calls it as thick Multus does: in a root of its own, with the node
// bound inside, and into that by chroot(2) alone, so that the working directory lies outside the
// root. (chroot(1) would change directory as well.)
const THICK_MULTUS = `
set -e
mount -t tmpfs tmpfs /mnt
cd /mnt
mkdir host old
for dir in bin dev etc lib lib64 proc sbin usr; do ln -s "host/$dir" "$dir"; done
mount --rbind / host
pivot_root . old
umount --lazy old
exec perl -e 'chroot "host" or die; exec @ARGV' "$1"
`;
const thickMultus = (plugin: string) => [
  // deno-fmt-ignore
  "unshare",
  "--mount",
  "--propagation",
  "private",
  "sh",
  "-c",
  THICK_MULTUS,
  "sh",
  plugin,
];

testAsRoot(
  "where thick Multus calls, the binary cannot start, and the launcher answers VERSION and ADD",
  async () => {
    await using managed = await startManagedNode();
    const { node } = managed;
    const env = { CNI_COMMAND: "VERSION" };
    const bare = await node.run(thickMultus(BINARY), { env });
    assert.notEqual(bare.reason, "success");
    assert.doesNotMatch(bare.stdout, /supportedVersions/);
    assert.match(bare.stderr, /cwd|working directory/);
    assertVersions(await node.run(thickMultus(LAUNCHER), { env }));

    await addSandbox(node, PC1);
    const added = await node.run(thickMultus(LAUNCHER), {
      env: callEnv("ADD", PC1),
      stdin: config(PC1),
    });
    assert.equal(added.reason, "success", describe(added) + added.stdout);
    assert.match(added.stdout, new RegExp(`"mac":"${PC1.mac}"`));
  },
);

// Scripts that exec the plugin, which is their argument.
const CALLERS = [
  ["with an empty environment", `exec env -i CNI_COMMAND=VERSION "$1"`],
  ["with another PATH", `PATH=/nonexistent CNI_COMMAND=VERSION exec "$1"`],
  ["with a variable that is not UTF-8", `X=$(printf '\\377') CNI_COMMAND=VERSION exec "$1"`],
  [
    "by a relative path, without a PATH",
    `cd /opt/cni && PATH= CNI_COMMAND=VERSION exec bin/megalos`,
  ],
  ["where CDPATH leads away", `cd /opt/cni && CDPATH=/usr CNI_COMMAND=VERSION exec bin/megalos`],
  ["found in PATH", `PATH=${CNI_BIN_DIR}:$PATH CNI_COMMAND=VERSION exec megalos`],
  [
    "through a linked folder",
    `ln -s ${CNI_BIN_DIR} /run/bin && CNI_COMMAND=VERSION exec /run/bin/megalos`,
  ],
] as const;

testAsRoot("the launcher answers VERSION however it is called", async () => {
  await using node = await startNode("n1");
  await install(node);
  for (const [how, script] of CALLERS) {
    assertVersions(await node.run(["sh", "-c", script, "sh", LAUNCHER]), how);
  }
});

testAsRoot("LD_PRELOAD and LD_LIBRARY_PATH of the caller stop no call", async () => {
  await using managed = await startManagedNode();
  const { node } = managed;
  await addSandbox(node, PC1);
  for (const verb of ["ADD", "DEL"]) {
    const loader = { LD_PRELOAD: "/nonexistent.so", LD_LIBRARY_PATH: "/nonexistent" };
    const done = await node.run([LAUNCHER], {
      env: { ...callEnv(verb, PC1), ...loader },
      stdin: config(PC1),
    });
    assert.equal(done.reason, "success", describe(done) + done.stdout);
  }
});

testAsRoot("stdin, stdout and exit code are the plugin's own", async () => {
  await using node = await startNode("n1");
  await install(node);
  const env = callEnv("ADD", PC1);
  const answers = await Promise.all([LAUNCHER, BINARY].map(async (plugin) => {
    const { code, stdout } = await node.run([plugin], { env, stdin: "{" });
    return { code, stdout };
  }));
  assert.deepEqual(answers[0], answers[1]);
  assert.deepEqual([answers[0]!.code, JSON.parse(answers[0]!.stdout).code], [1, 6]);
});

testAsRoot(
  "on a managed node the plugin waits for the manager: no facts, no namespace, code 11",
  async () => {
    await using cluster = await startCluster();
    const [node] = cluster.workers;
    await install(node);
    await node.must("umount", LANS);
    await node.must("rm", LANS);
    await addSandbox(node, PC1);
    const noFacts = await call(node, "ADD", PC1);
    assert.equal(JSON.parse(noFacts.stdout).code, 11, noFacts.stdout);
    assert.match(noFacts.stdout, /node\.json/);

    await using manager = await Manager.start(node, ["worker"], workerEnv(0));
    await manager.logged(/facts for the plugin/);
    await manager.end("TERM");
    await node.must("umount", LANS);
    await node.must("rm", LANS);
    const noNetns = await call(node, "ADD", PC1);
    assert.equal(JSON.parse(noNetns.stdout).code, 11, noNetns.stdout);
    assert.equal(await node.must("ls", "/run/netns"), `${PC1.name}\n`);
  },
);

interface ManagedNode extends AsyncDisposable {
  readonly node: Node;
}

/** A worker on which a manager has run: the plugin has all that it needs. */
async function startManagedNode(): Promise<ManagedNode> {
  const cluster = await startCluster();
  const [node] = cluster.workers;
  const manager = await Manager.start(node, ["worker"], workerEnv(0));
  await manager.logged(/facts for the plugin/);
  await manager.end("TERM");
  return { node, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() };
}

async function install(node: Node): Promise<void> {
  const done = await node.run([MANAGER, "install"], { env: { CNI_BIN_DIR } });
  assert.equal(done.reason, "success", describe(done));
}

function assertVersions(done: Completed, how?: string): void {
  assert.equal(done.reason, "success", `${how}: ${describe(done)}`);
  assert.equal(JSON.parse(done.stdout).supportedVersions.at(-1), "1.1.0");
}
