// Which addresses of pods are announced again, and how often zebra is asked.
import assert from "node:assert/strict";
import type { Link } from "../../shared/iproute2/link.ts";
import { renderAlias } from "../../shared/lan/alias.ts";
import type { MacPlace } from "../frr/macs.ts";
import { UnknownMacs } from "./unknown_macs.ts";

const LAN = { name: "net1", suffix: "ntwork", vni: 10 };
const MAC = "02:00:00:00:00:01";
const NAME = "mgabcdefghijklm";
const PORT = {
  ...{ ifindex: 5, ifname: NAME, master: "kt-net1-ntwork", carrier: true },
  alias: renderAlias({ lan: LAN, owner: { ifname: "eth1", mac: MAC } }),
} as Link;
const { carrier: _carrier, ...DOWN } = PORT;

function start(place: MacPlace | "zebra is away", ports: readonly Link[] = [PORT], at = NAME) {
  const state = { changes: [] as string[], asked: 0, now: 0 };
  const macs = new UnknownMacs(
    (own) => {
      state.asked += own.length;
      return Promise.resolve(place === "zebra is away" ? undefined : own.map(() => place));
    },
    () => ({
      ask: (questions) => Promise.resolve(questions.map(() => JSON.stringify([{ ifname: at }]))),
      apply(commands) {
        state.changes.push(...commands.map(({ words }) => words.join(" ")));
        return Promise.resolve();
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
    () => state.now,
  );
  macs.takeDevices({ ports });
  return { macs, state };
}

Deno.test("an address that zebra does not know is written anew", async () => {
  const { macs, state } = start(undefined);
  await macs.look();
  const anew = [
    `fdb del ${MAC} dev ${NAME} master`,
    `fdb replace ${MAC} dev ${NAME} master static`,
  ];
  assert.deepEqual(state.changes, anew);
  await macs.look();
  assert.equal(state.asked, 1, "it is asked seldom");
  state.now += 20_000;
  await macs.look();
  assert.equal(state.asked, 2);
});

const LEFT: Readonly<Record<string, ReturnType<typeof start>>> = {
  "an address that zebra knows here": start("local"),
  "an address that EVPN has elsewhere": start({ vtep: "10.0.0.2" }),
  "what nobody can be asked about": start("zebra is away"),
  "an address that has come to another port": start(undefined, [PORT], "mganotherportxx"),
  "an interface that is down": start(undefined, [DOWN]),
};
for (const [what, { macs, state }] of Object.entries(LEFT)) {
  Deno.test(`${what} is left as it is`, async () => {
    await macs.look();
    assert.deepEqual(state.changes, []);
  });
}
