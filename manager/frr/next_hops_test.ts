// Who is asked for, and until when, with a kernel of the test's own.
import assert from "node:assert/strict";
import { type NextHop, NextHopAsker, parseHops } from "./next_hops.ts";
import type { Session } from "./query.ts";

const REFLECTOR: NextHop = { address: "10.99.0.1", device: "eth0" };
const GATEWAY: NextHop = { address: "10.99.0.254", device: "eth0" };
const STRANGER: NextHop = { address: "10.99.0.77", device: "eth0" };
const ELSEWHERE: NextHop = { address: GATEWAY.address, device: "eth1" };

const session = (peer: string, state: string): Session => ({
  ...{ peer, state, uptimeMs: 0, prefixesReceived: 0, prefixesSent: 0 },
});
const [DOWN, ALSO_DOWN] = [session("10.99.0.1", "Active"), session("10.98.0.2", "Connect")];
const UP = session("10.98.0.2", "Established");

/** An asker, and what it has asked the kernel. `failures` is how often that fails at first. */
function startAsker(failures = 0) {
  const state = { looks: 0, asked: [] as (readonly NextHop[])[] };
  const asked = Promise.withResolvers<void>();
  const asker = new NextHopAsker({
    findRoutes: (addresses) =>
      Promise.resolve(addresses.map((address) => address === "10.99.0.1" ? REFLECTOR : GATEWAY)),
    listUnresolved: () =>
      state.looks++ < failures
        ? Promise.reject(new Error("no process is to be had"))
        : Promise.resolve([STRANGER, REFLECTOR, ELSEWHERE, GATEWAY]),
    askAgain(hops) {
      state.asked.push(hops);
      asked.resolve();
      return Promise.resolve();
    },
  });
  return { asker, state, asked: asked.promise };
}

Deno.test("without a session the ways to the reflectors are asked for, and no others", async () => {
  const { asker, state, asked } = startAsker();
  await using _ = asker;
  await asker.look({ sessions: [DOWN, ALSO_DOWN] });
  await asked;
  assert.deepEqual(state.asked[0], [REFLECTOR, GATEWAY]);
});

Deno.test("what cannot be asked now is asked again", async () => {
  const { asker, state, asked } = startAsker(2);
  await using _ = asker;
  await asker.look({ sessions: [DOWN] });
  await asked;
  assert.deepEqual(state.asked[0], [REFLECTOR]);
});

Deno.test("a session that is Established ends it", async () => {
  const { asker, state, asked } = startAsker();
  await asker.look({ sessions: [DOWN, ALSO_DOWN] });
  await asked;
  await asker.look({ sessions: [DOWN, UP] });
  const { looks } = state;
  await new Promise((resolve) => setTimeout(resolve, 250));
  assert.equal(state.looks, looks);
});

for (
  const [what, sessions] of [["one of two sessions", [DOWN, UP]], ["no reflector", []]] as const
) {
  Deno.test(`with ${what} nothing is asked`, async () => {
    const { asker, state } = startAsker();
    await using _ = asker;
    await asker.look({ sessions });
    assert.equal(state.looks, 0);
  });
}

Deno.test("a route's next hop is its gateway, of either family, or the address itself", () => {
  const answers = [
    [{ dst: "10.99.0.1", dev: "eth0", prefsrc: "10.99.0.2", flags: [] }],
    [{ dst: "10.98.0.1", gateway: "10.99.0.254", dev: "eth0" }],
    [{ dst: "10.97.0.1", via: { family: "inet6", host: "fe80::1" }, dev: "eth1" }],
    [],
  ];
  assert.deepEqual(parseHops(answers.map((one) => `${JSON.stringify(one)}\n`).join("")), [
    REFLECTOR,
    GATEWAY,
    { address: "fe80::1", device: "eth1" },
  ]);
});
