// A session with `ip`: questions and changes take turns, and every way in which it fails is told.
import assert from "node:assert/strict";
import { BareNode } from "../../tests/fixture/bare_node.ts";
import { hostOf } from "../../tests/fixture/node_host.ts";
import { testAsRoot } from "../../tests/fixture/privileged.ts";
import { addBridge, deleteLink, setGroup, showKind, showLink } from "./commands.ts";
import { openKernel } from "./kernel.ts";
import { ip } from "./words.ts";
import { openIpSession, SessionEnded } from "./session.ts";

const POD = "/run/netns/pod";

/** A session in a namespace that has the bridges a and b. */
async function startSession() {
  const node = await BareNode.start();
  await node.addPods("pod");
  const session = openIpSession(hostOf(node).converse, POD, 20_000);
  for (const name of ["a", "b"]) {
    assert.equal(await session.apply(addBridge(name, 1400)), undefined);
  }
  const stack = new AsyncDisposableStack();
  stack.use(node);
  stack.defer(() => session.close());
  return { node, session, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const names = (links: readonly { readonly ifname: string }[]) => links.map(({ ifname }) => ifname);

testAsRoot("questions find what is there, and leave out what is not", async () => {
  await using started = await startSession();
  const { session } = started;
  assert.deepEqual(names(await session.show(["a", "none", "b"].map(showLink))), ["a", "b"]);
  assert.deepEqual(names(await session.show([showKind("bridge")])), ["a", "b"]);
  assert.deepEqual(await session.show([]), []);
  assert.deepEqual(await session.show([showLink("none")]), []);
});

testAsRoot(
  "a device is there, up or down, until it is gone, whatever has its name then",
  async () => {
    await using started = await startSession();
    const { node, session } = started;
    const others = openIpSession(hostOf(node).converse, POD, 20_000);
    const both = { there: ["a", "b"], isSure: true };
    assert.deepEqual(await session.find(["a", "b"]), both);
    await others.apply(ip`link set dev a down`);
    assert.deepEqual(await session.find(["a", "b"]), both);
    for (const change of [deleteLink("a"), addBridge("a", 1400)]) {
      assert.equal(await others.apply(change), undefined);
    }
    assert.deepEqual(await session.find(["a", "none", "b"]), { there: ["b"], isSure: false });
    assert.deepEqual(await session.find(["none"]), { there: [], isSure: true });
    assert.deepEqual(await session.find([]), { there: [], isSure: true });
    assert.deepEqual(names(await session.show([showLink("b")])), ["b"]);
    await others.close();
  },
);

testAsRoot(
  "an ip that ends while it is asked tells nothing; the kernel opens another",
  async () => {
    await using started = await startSession();
    const { converse } = hostOf(started.node);
    let killed = 0;
    const kernel = openKernel((command) => {
      const real = converse(command);
      return real && {
        ...real,
        async write(text) {
          if (killed++ === 0) real.kill();
          await real.write(text);
        },
      };
    }, () => 20_000);
    assert.deepEqual(await kernel.find(POD, ["a", "none"]), {
      there: ["a", "none"],
      isSure: false,
    });
    assert.deepEqual(await kernel.find(POD, ["a", "none"]), { there: ["a"], isSure: true });
    await kernel.close();
  },
);

testAsRoot("exchanges that are started at once take turns", async () => {
  await using started = await startSession();
  const { session } = started;
  const exchanges = Array.from({ length: 20 }, async (_, at) => {
    const there = names(await session.show(["a", "none", "b"].map(showLink)));
    const failure = await session.apply(at % 2 === 0 ? setGroup("a", 0) : addBridge("b", 1400));
    return [there, failure?.stderr];
  });
  assert.deepEqual(
    await Promise.all(exchanges),
    exchanges.map((_, at) => [
      ["a", "b"],
      at % 2 === 0 ? undefined : "RTNETLINK answers: File exists",
    ]),
  );
});

testAsRoot("a change that fails is told as a command's end, and the session goes on", async () => {
  await using started = await startSession();
  const { session } = started;
  const failure = await session.apply(addBridge("a", 1400));
  assert.deepEqual([failure?.reason, failure?.stderr], ["exit", "RTNETLINK answers: File exists"]);
  assert.deepEqual(failure?.argv.slice(0, 5), ["ip", "link", "add", "name", "a"]);
  assert.equal(await session.apply(setGroup("a", 0)), undefined);
});

testAsRoot(
  "an argument that ends ip is a failed change; the kernel opens another session",
  async () => {
    await using started = await startSession();
    const kernel = openKernel(hostOf(started.node).converse, () => 20_000);
    const failure = await kernel.apply(POD, ip`link set dev a mtu none`);
    assert.deepEqual([failure?.reason, failure?.code], ["exit", 255]);
    assert.match(failure?.stderr ?? "", /argument "none" is wrong/);
    assert.equal(await kernel.apply(POD, deleteLink("a")), undefined);
    assert.deepEqual(names(await kernel.show(POD, [showKind("bridge")])), ["b"]);
    await kernel.close();
  },
);

testAsRoot("a namespace that cannot be entered ends the session with what was said", async () => {
  await using node = await BareNode.start();
  const { converse } = hostOf(node);
  const kernel = openKernel(converse, () => 20_000);
  const isEnd = (error: unknown) =>
    error instanceof SessionEnded && /No such file/.test(error.completed.stderr);
  await assert.rejects(kernel.show("/run/netns/none", [showLink("a")]), isEnd);
  const failure = await kernel.apply("/run/netns/none", setGroup("a", 0));
  assert.match(failure?.stderr ?? "", /No such file/);
  await kernel.close();
});
