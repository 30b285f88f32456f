// Whatever step of a call fails, and however: an ADD leaves nothing, and a DEL can be made again.
import assert from "node:assert/strict";
import { BareNode, LANS } from "../tests/fixture/bare_node.ts";
import { type Call, CODE, codeOf, messageOf } from "../tests/fixture/calls.ts";
import { failAt, type Failure } from "../tests/fixture/faulty_host.ts";
import { callHere, hostOf, type NodeHost } from "../tests/fixture/node_host.ts";
import { IS_OLDER, RELEASES } from "../tests/fixture/older_kernel.ts";
import { testAsRoot } from "../tests/fixture/privileged.ts";
import { answer } from "./call.ts";

/** Of failures that are answered at once; `hang_test.ts` has the other one. */
const CODES: Readonly<Record<Exclude<Failure, "hung">, number>> = {
  refused: 101,
  ended: 101,
  killed: 11,
};
const FAILURES = Object.keys(CODES) as (keyof typeof CODES)[];

const call = (host: NodeHost, call: Call) => callHere(answer, host, call);

/** A node with a pod on another LAN, and one that is on none yet. */
async function startNode(release?: string): Promise<{ node: BareNode; host: NodeHost }> {
  const node = await BareNode.start();
  const [, netns = ""] = await node.addPods("pod", "other");
  const host = { ...hostOf(node), ...(release !== undefined && { kernelRelease: release }) };
  const other = { verb: "ADD", container: "c2", netns, config: { name: "net2", vxlanId: 11 } };
  assert.equal(codeOf(await call(host, other)), 0);
  return { node, host };
}

/**
 * The changes of a first ADD: bridge and VXLAN device with what belongs to them, then the pod's
 * interface.
 */
const CHANGES = { "6.15.0": 9, "6.14.11": 11 } as const;

for (const how of FAILURES) {
  for (const release of RELEASES) {
    testAsRoot(`an ADD leaves nothing whichever step is ${how}: ${release}`, async () => {
      const started = await startNode(release);
      await using node = started.node;
      for (const isLanThere of [false, true]) {
        if (isLanThere) {
          const [netns = ""] = await node.addPods("third");
          assert.equal(
            codeOf(await call(started.host, { verb: "ADD", netns, container: "c3" })),
            0,
          );
        }
        const before = await node.observe();
        let step = 0;
        for (;; step++) {
          const reply = await call(failAt(started.host, how, step), { verb: "ADD" });
          if (reply.exitCode === 0) break;
          assert.equal(codeOf(reply), CODES[how], reply.stdout);
          assert.deepEqual(await node.observe(), before, `step ${step}: ${reply.stdout}`);
        }
        assert.equal(step, isLanThere ? 3 : CHANGES[release]);
        assert.equal(codeOf(await call(started.host, { verb: "DEL" })), 0);
        assert.deepEqual(await node.observe(), before);
      }
    });
  }

  testAsRoot(`a DEL can be made again whichever step was ${how}`, async () => {
    const started = await startNode();
    await using node = started.node;
    const before = await node.observe();
    for (let step = 0;; step++) {
      assert.equal(codeOf(await call(started.host, { verb: "ADD" })), 0);
      const first = await call(failAt(started.host, how, step), { verb: "DEL" });
      if (first.exitCode === 0) break;
      assert.equal(codeOf(first), CODES[how], first.stdout);
      assert.equal(codeOf(await call(started.host, { verb: "DEL" })), 0);
      assert.deepEqual(await node.observe(), before, `step ${step}`);
    }
  });
}

for (const release of RELEASES) {
  testAsRoot(
    `when a step cannot be undone either, both failures are told: ${release}`,
    async () => {
      const { node: started, host } = await startNode(release);
      await using _ = started;
      const last = CHANGES[release] - 1;
      const reply = await call(failAt(host, "refused", last, Infinity), { verb: "ADD" });
      assert.match(
        messageOf(reply),
        /^Cannot set up the port between interface net1 and LAN net1-ntwork: RTNETLINK answers/,
      );
      const { details } = JSON.parse(reply.stdout) as { details: string };
      const commands = [
        "ip link set dev mg[^`]+",
        "ip link del dev mg\\w+",
        "ip link del dev net1-ntwork",
        // The change that made it where it was moved from.
        ...release === "6.14.11" ? ["ip link del dev vni~10"] : [],
        "ip link del dev kt-net1-ntwork",
      ];
      assert.match(
        details,
        new RegExp(
          commands.map((one) => `\`${one}\` ended with 1: RTNETLINK[^;]*`).join(
            "; and while undoing, ",
          ),
        ),
      );
    },
  );
}

testAsRoot(
  "a port that another LAN's call has made meanwhile is a name that is taken",
  async () => {
    const { node: started, host } = await startNode();
    await using node = started;
    const other = { verb: "ADD", config: { name: "net2", vxlanId: 11 } };
    const late: NodeHost = {
      ...host,
      converse(command) {
        const real = host.converse(command);
        const write = async (text: string) => {
          if (/^link add .* veth /.test(text)) assert.equal(codeOf(await call(host, other)), 0);
          return await real?.write(text);
        };
        return real && { ...real, write };
      },
    };
    const reply = await call(late, { verb: "ADD" });
    assert.equal(codeOf(reply), CODE.environment, reply.stdout);
    assert.match(messageOf(reply), /CNI_IFNAME net1/);
    assert.equal(await node.device("net1-ntwork", LANS), undefined);
    assert.ok(await node.device("net1", "/run/netns/pod"));
  },
);

/**
 * Linux before 6.15 looks an interface's name up in the LAN namespace, too. On a later one the test
 * plays that refusal.
 */
testAsRoot("an older kernel's refusal of a LAN device's name is explained", async () => {
  const { node: started, host } = await startNode();
  await using node = started;
  const before = await node.observe();
  const older: NodeHost = {
    ...host,
    converse(command) {
      const real = host.converse(command);
      const write = async (text: string) =>
        await real?.write(
          text.replace(/^link add name kt-net2-ntwork .*/, "link add name lo type bridge"),
        );
      return real && { ...real, write };
    },
  };
  const reply = await call(older, { verb: "ADD", ifname: "kt-net2-ntwork" });
  assert.equal(codeOf(reply), CODE.environment, reply.stdout);
  assert.match(messageOf(reply), /CNI_IFNAME kt-net2-ntwork: a LAN's device has that name/);
  assert.match(reply.stdout, /File exists/);
  assert.deepEqual(await node.observe(), before);
});

/** The names of devices that its first ADD makes, as far as an interface may have them. */
const DEVICES_OF_LAN = ["net1-ntwork", "kt-net1-ntwork", "vni~10"];

testAsRoot(
  "no pod's interface is called as a device of its own LAN on an older kernel",
  async () => {
    const { node: started, host } = await startNode("6.14.11");
    await using node = started;
    for (const isLanThere of [false, true]) {
      if (isLanThere) {
        const [netns = ""] = await node.addPods("third");
        assert.equal(codeOf(await call(host, { verb: "ADD", netns, container: "c3" })), 0);
      }
      const before = await node.observe();
      for (const ifname of DEVICES_OF_LAN) {
        // No change is asked for.
        const reply = await call(failAt(host, "killed", 0, Infinity), { verb: "ADD", ifname });
        assert.equal(codeOf(reply), CODE.environment, reply.stdout);
        const said = `Cannot use CNI_IFNAME ${ifname}: a LAN's device has that name`;
        assert.ok(messageOf(reply).startsWith(said), reply.stdout);
        assert.deepEqual(await node.observe(), before);
      }
    }
  },
);

testAsRoot(
  "a pod's interface may be called as a device of its own LAN",
  async () => {
    const { node: started, host } = await startNode("6.15.0");
    await using node = started;
    for (const ifname of DEVICES_OF_LAN) {
      assert.equal(codeOf(await call(host, { verb: "ADD", ifname })), 0);
      assert.ok(await node.device(ifname, "/run/netns/pod"));
      assert.equal(codeOf(await call(host, { verb: "DEL", ifname })), 0);
    }
  },
  IS_OLDER ? "Linux before 6.15 refuses it" : "",
);

testAsRoot("a host that throws is an error reply, and nothing is left", async () => {
  const { node: started, host } = await startNode();
  await using node = started;
  const before = await node.observe();
  const broken: Partial<NodeHost>[] = [
    { readText: () => Promise.reject(new Error("readText")) },
    { stat: () => Promise.reject(new Error("stat")) },
    { lock: () => Promise.reject(new Error("lock")) },
    { run: () => Promise.reject(new Error("run")) },
    {
      converse: () => {
        throw new Error("converse");
      },
    },
    { converse: () => undefined },
  ];
  for (const one of broken) {
    const reply = await call({ ...host, ...one }, { verb: "ADD" });
    assert.ok(codeOf(reply) > 0);
    assert.deepEqual(await node.observe(), before);
  }
  assert.deepEqual((await node.devices("/run/netns/pod")).map(({ ifname }) => ifname), ["lo"]);
  assert.ok((await node.devices(LANS)).length > 0);
});
