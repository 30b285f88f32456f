// A node has no process left, has no `ip`, or interrupts system calls.
// A call still has an answer from the table of codes, and nothing stays.
import assert from "node:assert/strict";
import { BareNode, LANS } from "../fixture/bare_node.ts";
import { callPlugin, CODE, codeOf, messageOf } from "../fixture/calls.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { FORKS, inject } from "../fixture/strace.ts";

// Arguments: what to put in the place of a program, the program, the plugin. Nobody else sees the
// replacement.
const REPLACE = `mount --bind "$1" "$(readlink -f "$2")"; shift 2; exec "$@"`;
const replaced = (by: string, program: string) => [
  ...["/usr/bin/unshare", "--mount", "--propagation", "private"],
  ...["/bin/sh", "-c", REPLACE, "sh", by, `/usr/bin/${program}`],
];

/** A node with a pod on a LAN, and one that is on none. */
async function startNode(): Promise<BareNode> {
  await using starting = new AsyncDisposableStack();
  const node = starting.use(await BareNode.start());
  const [, netns = ""] = await node.addPods("pod", "other");
  assert.equal(codeOf(await callPlugin(node, { verb: "ADD", container: "c2", netns })), 0);
  starting.move();
  return node;
}

testAsRoot(
  "a program that is missing or cannot be started is code 11, and nothing changes",
  async () => {
    await using node = await startNode();
    await node.run(["sh", "-c", ": >/run/empty; chmod +x /run/empty; cp /bin/false /run/false"]);
    const before = await node.observe();
    for (const program of ["ip", "nsenter", "stat"]) {
      for (const by of ["/dev/null", "/run/empty", "/run/false"]) {
        const reply = await callPlugin(node, { verb: "ADD" }, replaced(by, program));
        assert.equal(codeOf(reply), CODE.tryLater, `${by} for ${program}: ${reply.stdout}`);
        assert.match(messageOf(reply), new RegExp(`(start|look at|talk to) `));
        assert.deepEqual(await node.observe(), before, `${by} for ${program}`);
      }
    }
  },
);

testAsRoot("a process that cannot be made is code 11, and what was done is undone", async () => {
  await using node = await startNode();
  const config = { name: "net2", vxlanId: 11 };
  const before = await node.observe();
  const codes: number[] = [];
  for (let first = 1; codes.at(-1) !== 0; first++) {
    const wrapper = inject(`${FORKS}:error=EAGAIN:when=${first}+`, "with children");
    const reply = await callPlugin(node, { verb: "ADD", config }, wrapper);
    // Deno itself does not go on without its threads: it aborts, and says nothing to the runtime.
    // The launcher answers instead. The runtime then calls DEL, as after a kill.
    if (reply.exitCode !== 0 && reply.stdout === "") {
      assert.equal(codeOf(await callPlugin(node, { verb: "DEL", config })), 0);
      continue;
    }
    codes.push(codeOf(reply));
    if (reply.exitCode === 0) break;
    assert.equal(codes.at(-1), 11, reply.stdout);
    assert.deepEqual(await node.observe(), before);
  }
  assert.ok(codes.length > 2, `${codes}`);
  assert.equal(codeOf(await callPlugin(node, { verb: "DEL", config })), 0);
  assert.deepEqual(await node.observe(), before);
});

/** System calls that wait long enough to be interrupted by a signal. */
const INTERRUPTED = ["flock", "epoll_wait", "wait4", "waitid", "recvmsg"];

testAsRoot(
  "a system call that is interrupted is made again, or the call is to be made again",
  async () => {
    await using node = await startNode();
    const config = { name: "net2", vxlanId: 11 };
    const before = await node.observe();
    for (const name of INTERRUPTED) {
      const wrapper = inject(`${name}:error=EINTR:when=1+2`, "with children");
      for (const verb of ["ADD", "DEL"]) {
        const reply = await callPlugin(node, { verb, config }, wrapper);
        assert.ok([0, 11].includes(codeOf(reply)), `${name}: ${reply.stdout}`);
      }
      assert.equal(codeOf(await callPlugin(node, { verb: "DEL", config })), 0);
      assert.deepEqual(await node.observe(), before, name);
    }
  },
);

testAsRoot("with a read-only /run pods come and go where the lock files are", async () => {
  await using node = await startNode();
  const before = await node.observe();
  await node.run(["mount", "-o", "remount,ro", "/run"]);
  for (const verb of ["ADD", "DEL"]) {
    assert.equal(codeOf(await callPlugin(node, { verb })), 0, verb);
  }
  // This LAN's lock file would have to be made.
  const config = { name: "net2", vxlanId: 11 };
  assert.equal(codeOf(await callPlugin(node, { verb: "ADD", config })), CODE.io);
  assert.deepEqual(await node.observe(), before);
  await node.run(["mount", "-o", "remount,rw", "/run"]);
  const last = { verb: "DEL", container: "c2", netns: "/run/netns/other" };
  assert.equal(codeOf(await callPlugin(node, last)), 0);
  assert.deepEqual((await node.devices(LANS)).map(({ ifname }) => ifname), ["lo"]);
});
