// Which calls the resident and which the binary answers, and what `manager status` counts of them.
import assert from "node:assert/strict";
import type { Node } from "../fixture/cluster.ts";
import { CODE, codeOf, environmentOf } from "../fixture/calls.ts";
import { eventually } from "../fixture/eventually.ts";
import { MANAGER } from "../fixture/manager.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import {
  BINARY,
  callOn,
  CALLS,
  countsOf,
  isAnswering,
  lanDevices,
  LAUNCHER,
  signal,
  startResidentNode,
} from "../fixture/resident_node.ts";
import { LANS } from "../fixture/bare_node.ts";

// Makes a call with a stdin that never ends, and prints what is left in the stdin. Arguments:
// launcher, variables.
const UNREAD = `
fifo=$(mktemp -u -p /run)
mkfifo "$fifo"
exec 3<>"$fifo"
echo unread >&3
plugin=$1; shift
env -i "$@" "$plugin" <&3
read -r line <&3
echo "$line"
`;

// Makes a copy of the launcher for another shell. Arguments: launcher, copy. The launcher looks for
// the plugin beside itself.
const BY_BASH = `
{ echo '#!/bin/bash'; tail -n +2 "$1"; } >"$2"
chmod 755 "$2"
ln -s "$1.bin" "\${2%/*}"
`;

testAsRoot("VERSION and a call without verb take no slot and leave stdin unread", async () => {
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  // The manager writes nothing now, and a launcher that handed its call over would wait.
  await signal(node, "STOP", manager.pid);
  const changed = () => node.must("stat", "--format=%y", CALLS, `${CALLS}/bell`);
  const before = await changed();
  const version = await node.must("sh", "-c", UNREAD, "sh", LAUNCHER, "CNI_COMMAND=VERSION");
  assert.match(version, /"supportedVersions":.*\nunread\n$/);
  for (const none of [["CNI_COMMAND="], []]) {
    const about = await node.run(["sh", "-c", UNREAD, "sh", LAUNCHER, ...none]);
    assert.equal(about.stdout, "unread\n");
    assert.match(about.stderr, /CNI megalos plugin v/);
  }
  assert.equal(await changed(), before);
});

/** Redirections, and the code that answers a call with such a stdin. */
const NO_STDIN = [["<&-", CODE.decode], ["</", CODE.io], ["</dev/null", CODE.decode], [
  "</dev/zero",
  CODE.decode,
]] as const;

testAsRoot("a stdin that cannot be read is answered as by the binary", async () => {
  await using worker = await startResidentNode();
  const { node } = worker;
  for (const [redirection, code] of NO_STDIN) {
    for (const plugin of [LAUNCHER, BINARY]) {
      const { code: exitCode, stdout, stderr } = await node.run(
        ["sh", "-c", `exec "$0" ${redirection}`, plugin],
        { env: environmentOf({ verb: "STATUS" }) },
      );
      assert.equal(
        codeOf({ exitCode, stdout, stderr }),
        code,
        `${plugin} ${redirection}: ${stdout}`,
      );
    }
  }
  await counted(node, "STATUS", { declined: NO_STDIN.length });
});

testAsRoot("the launcher works by bash, too", async () => {
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  const byBash = "/run/by-bash";
  await node.must("sh", "-c", BY_BASH, "sh", LAUNCHER, byBash);
  const addAndDelete = async () => {
    for (const verb of ["ADD", "DEL"]) {
      assert.equal(codeOf(await callOn(node, { verb }, byBash)), 0, verb);
    }
  };
  await addAndDelete();
  await counted(node, "ADD", { answered: 1 });
  await manager.end("KILL");
  await addAndDelete();
});

// Says the number of a process in a network namespace of its own.
const START_ELSEWHERE = `
unshare --net sleep infinity >/dev/null 2>&1 &
while [ "$(readlink /proc/$!/ns/net)" = "$(readlink /proc/$$/ns/net)" ]; do sleep 0.1; done
echo $!
`;

testAsRoot("a CNI_NETNS that may mean another file to the manager is the binary's", async () => {
  await using worker = await startResidentNode();
  const { node } = worker;
  await node.must("sh", "-c", "mkdir /run/netns/deep && ln -s /run/netns/pod /run/netns/link");
  const pid = (await node.must("sh", "-c", START_ELSEWHERE)).trim();
  const elsewhere = [
    `/proc/${pid}/ns/net`,
    "/run/netns/link",
    "/run/netns/deep/../pod",
    "/run/netns/../netns/pod",
    "/var/run/netns/link",
  ];
  for (const [at, netns] of elsewhere.entries()) {
    const one = { netns, container: `c${at}` };
    assert.equal(codeOf(await callOn(node, { verb: "ADD", ...one })), 0, netns);
    assert.equal(codeOf(await callOn(node, { verb: "DEL", ...one })), 0, netns);
  }
  for (const netns of ["/run/netns/pod", "/var/run/netns/pod", ""]) {
    assert.equal(codeOf(await callOn(node, { verb: "DEL", netns })), 0, netns);
  }
  await counted(node, "ADD", { answered: 0, declined: elsewhere.length });
  await counted(node, "DEL", { answered: 3, declined: elsewhere.length });
  assert.match((await node.run([MANAGER, "status"])).stdout, /^DEL +3 +0 +\S+ ms +\S+ ms +5 +0$/m);
});

testAsRoot("a LAN namespace that is made anew is the one that calls go on in", async () => {
  await using worker = await startResidentNode();
  const { node } = worker;
  for (const verb of ["ADD", "DEL"]) assert.equal(codeOf(await callOn(node, { verb })), 0);
  // The manager's first look is what it knows the namespace from.
  await eventually(
    async () => (await node.run(["ps", "-C", "ip", "-o", "args="])).stdout.includes("monitor link"),
    20,
    "nobody watches the LAN namespace",
  );
  const pin = ["mount", "--bind", "/proc/self/ns/net", LANS];
  await node.must("unshare", "--net", "--", ...pin);
  assert.equal(codeOf(await callOn(node, { verb: "ADD" })), 0);
  assert.equal((await lanDevices(node)).length, 3);
  await counted(node, "ADD", { answered: 2 });
  await worker.manager.logged(/megalos is another namespace now/);
  assert.equal((await lanDevices(node)).length, 3);
});

testAsRoot(
  "MEGALOS_LAUNCHER=off installs the bare binary, and on brings the launcher back",
  async () => {
    await using worker = await startResidentNode();
    const { node } = worker;
    for (const [launcher, same] of [["off", BINARY], ["on", "/run/megalos/launcher"]] as const) {
      await worker.manager.end("TERM");
      await worker.restart({ MEGALOS_LAUNCHER: launcher });
      await node.must("cmp", LAUNCHER, same);
      assert.equal(await isAnswering(node), launcher === "on");
      for (const verb of ["ADD", "DEL"]) assert.equal(codeOf(await callOn(node, { verb })), 0);
    }
    await counted(node, "ADD", { answered: 1 });
  },
);

async function counted(node: Node, verb: string, wanted: Record<string, number>): Promise<void> {
  let seen: Record<string, number> = {};
  await eventually(
    async () => {
      seen = await countsOf(node, verb);
      return Object.entries(wanted).every(([name, count]) => seen[name] === count);
    },
    10,
    () => `status counts ${JSON.stringify(seen)} for ${verb}`,
  );
}
