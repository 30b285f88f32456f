// A `bridge` that waits for questions and changes, in a namespace with a bridge and a port.
import assert from "node:assert/strict";
import { openBridgeSession } from "../../shared/iproute2/bridge_session.ts";
import { bridge } from "../../shared/iproute2/words.ts";
import type { Conversation } from "../../shared/process/exec.ts";
import { BareNode } from "../../tests/fixture/bare_node.ts";
import { hostOf } from "../../tests/fixture/node_host.ts";
import { testAsRoot } from "../../tests/fixture/privileged.ts";
import { Tables } from "./tables.ts";

const POD = "/run/netns/pod";
const MACS = ["02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:03"] as const;
/** A bridge that is made anew has another index. */
const MAKE = `set -e
ip link delete br1 || true
ip link add br1 type bridge
ip link show port1 || ip link add port1 type veth peer name pod1
ip link set port1 master br1`;

async function start() {
  const stack = new AsyncDisposableStack();
  const node = stack.use(await BareNode.start());
  await node.addPods("pod");
  const make = async () => void await node.run(["sh", "-c", MAKE], POD);
  await make();
  const opened: Conversation[] = [];
  const { converse } = hostOf(node);
  const tables = stack.use(
    new Tables(() =>
      openBridgeSession(
        (command) => {
          const real = converse(command);
          if (real !== undefined) opened.push(real);
          return real;
        },
        POD,
        20_000,
      )
    ),
  );
  return { make, opened, tables, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const add = (mac: string) => bridge`fdb add ${mac} dev port1 master static`;
const get = (mac: string) => bridge`fdb get ${mac} br br1`;

testAsRoot("each question has its own answer, and a change that fails stops no other", async () => {
  await using started = await start();
  const { tables, opened } = started;
  const [one, two, three] = MACS;
  const missing = bridge`fdb add ${two} dev none master static`;
  await tables.apply([add(one), missing, add(three)]);
  const ask = async (...macs: string[]) => {
    const answers = await tables.ask(macs.map(get));
    return answers.map((line) => line && JSON.parse(line)[0].mac);
  };
  const answers = [one, undefined, three];
  assert.deepEqual(await ask(...MACS), answers);
  // Asked at once, nobody takes another one's answer.
  const all = await Promise.all(MACS.map((mac) => ask(mac)));
  assert.deepEqual(all.flat(), answers);
  const many = await ask(...Array.from({ length: 700 }, (_, at) => MACS[at % 3]!));
  assert.deepEqual([many.length, ...many.slice(-3)], [700, ...answers.slice(1), answers[0]]);
  assert.equal(opened.length, 1);
});

testAsRoot("one that has ended is replaced, and what was said to it is said again", async () => {
  await using started = await start();
  const { tables, opened } = started;
  await tables.apply([add(MACS[0])]);
  opened[0]!.kill();
  assert.match((await tables.ask([get(MACS[0])]))[0] ?? "", /"port1"/);
  assert.equal(opened.length, 2);
});

testAsRoot(
  "after a renewal the next one has started, and knows devices by what they are now",
  async () => {
    await using started = await start();
    const { tables, opened, make } = started;
    await tables.renew();
    assert.equal(opened.length, 1);
    await tables.apply([add(MACS[0])]);
    await tables.ask([get(MACS[0])]);
    await make();
    await tables.renew();
    await tables.renew();
    assert.equal(opened.length, 2);
    assert.deepEqual(await tables.ask([get(MACS[0])]), [undefined]);
    await tables.apply([add(MACS[1])]);
    assert.match((await tables.ask([get(MACS[1])]))[0] ?? "", /"port1"/);
    assert.equal(opened.length, 2);
  },
);
