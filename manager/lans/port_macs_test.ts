// Which addresses are put into bridges, and when.
import assert from "node:assert/strict";
import type { Link } from "../../shared/iproute2/link.ts";
import { renderAlias } from "../../shared/lan/alias.ts";
import { PortMacs } from "./port_macs.ts";

const LAN = { name: "net1", suffix: "ntwork", vni: 10 };
const MAC = "02:00:00:00:00:01";
const NAME = "mgabcdefghijklm";

function port(ifindex: number, mac: string | undefined = MAC): Link {
  const alias = renderAlias({ lan: LAN, owner: { ifname: "eth1", ...(mac && { mac }) } });
  return { ifindex, ifname: NAME, alias, master: "kt-net1-ntwork", carrier: true } as Link;
}

/** The same port while its device's interface is down. */
function down(ifindex: number): Link {
  const { carrier: _carrier, ...link } = port(ifindex);
  return link;
}

function start() {
  const state = { changes: [] as string[], fails: false, place: "mganotherportxx" };
  const macs = new PortMacs(() => ({
    ask: (questions) =>
      Promise.resolve(questions.map(() => JSON.stringify([{ ifname: state.place }]))),
    apply(commands) {
      if (state.fails) return Promise.reject(new Error("no process is to be had"));
      state.changes.push(...commands.map(({ words }) => words.join(" ")));
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }));
  return { macs, state };
}

const NEW = `fdb replace ${MAC} dev ${NAME} master static`;
const OLD = `fdb add ${MAC} dev ${NAME} master static`;
const GONE = `fdb del ${MAC} dev ${NAME} master`;

Deno.test("a port that is made has its address set once, and again when it is made anew", async () => {
  const { macs, state } = start();
  await using _macs = macs;
  macs.hearLink(port(5));
  await macs.look();
  assert.deepEqual(state.changes, [NEW]);
  macs.hearLink(port(5));
  macs.takeDevices({ ports: [port(5)] });
  await macs.look();
  assert.equal(state.changes.length, 1);
  macs.hearLink(port(6));
  await macs.look();
  assert.deepEqual(state.changes, [NEW, NEW]);
});

Deno.test("the address of a port that was there before stays where it is known", async () => {
  const { macs, state } = start();
  await using _macs = macs;
  macs.takeDevices({ ports: [port(5)] });
  await macs.look();
  await macs.look();
  assert.deepEqual(state.changes, [OLD]);
});

Deno.test("an address that was learnt at its own port before anybody listened becomes static", async () => {
  const { macs, state } = start();
  await using _macs = macs;
  state.place = NAME;
  macs.takeDevices({ ports: [port(5)] });
  await macs.look();
  assert.deepEqual(state.changes, [NEW]);
});

Deno.test("a new port that a look sees before the monitor tells of it is new", async () => {
  const { macs, state } = start();
  await using _macs = macs;
  macs.takeDevices({ ports: [] });
  macs.takeDevices({ ports: [port(5)] });
  await macs.look();
  macs.hearLink(port(5));
  await macs.look();
  assert.deepEqual(state.changes, [NEW]);
});

Deno.test("what is no port of a LAN, or does not say its address, is left alone", async () => {
  const { macs, state } = start();
  await using _macs = macs;
  const { master: _master, ...alone } = port(5);
  const ports = [alone, port(6, ""), { ...port(7), alias: "somebody's" }];
  for (const one of [...ports, { ...port(8), ifname: "eth0" }]) macs.hearLink(one);
  macs.takeDevices({ ports });
  await macs.look();
  assert.deepEqual(state.changes, []);
});

Deno.test("what could not be set is set at the next look", async () => {
  const { macs, state } = start();
  await using _macs = macs;
  state.fails = true;
  macs.hearLink(port(5));
  await assert.rejects(macs.look(), /no process is to be had/);
  state.fails = false;
  await macs.look();
  await macs.look();
  assert.deepEqual(state.changes, [NEW]);
});

Deno.test("an interface that is down has no address, and is not where its address has moved to", async () => {
  const { macs, state } = start();
  await using _macs = macs;
  macs.takeDevices({ ports: [] });
  for (const link of [down(5), port(5), down(5), port(5)]) {
    macs.hearLink(link);
    await macs.look();
  }
  assert.deepEqual(state.changes, [NEW, GONE, OLD]);
});

Deno.test("an interface that is up again at once has lost nothing", async () => {
  const { macs, state } = start();
  await using _macs = macs;
  macs.hearLink(port(5));
  await macs.look();
  for (const link of [down(5), port(5)]) macs.hearLink(link);
  await macs.look();
  assert.deepEqual(state.changes, [NEW]);
});

Deno.test("an interface that was down before anybody listened has its address taken away", async () => {
  const { macs, state } = start();
  await using _macs = macs;
  macs.takeDevices({ ports: [down(5)] });
  await macs.look();
  macs.takeDevices({ ports: [down(5)] });
  macs.takeDevices({ ports: [port(5)] });
  await macs.look();
  assert.deepEqual(state.changes, [GONE, OLD]);
});
