// The MAC addresses of a node are shared: nobody gets all of them, and all together stay below.
import assert from "node:assert/strict";
import { firstShare, growShare, type Sharer } from "./share_macs.ts";

const MOST = 8_192;
/** Of a node by default (`MEGALOS_MAX_PORTS`): it has no more LANs with pods. */
const MAX_PORTS = 3_000;
/** Of a node, as reflectors have it by default (`MEGALOS_MAX_ROUTES`). */
const MAX_ROUTES = 20_000;
const lan = (about: number, share: number, limit = 4_096): Sharer => ({ about, share, limit });
const grow = (...lans: readonly Sharer[]) =>
  Object.fromEntries(growShare(MOST, new Map(lans.map((one, at) => [`lan${at}`, one])), "lan0"));

Deno.test("a LAN that comes gets a part of what is left, and never nothing", () => {
  assert.equal(firstShare(MOST, []), 1_024);
  assert.equal(firstShare(MOST, [1_024]), 896);
  assert.equal(firstShare(MOST, [4_096, 3_072]), 128);
  assert.equal(firstShare(MOST, [4_096, 4_096]), 8);
  assert.equal(firstShare(Infinity, [4_096]), Infinity);
});

Deno.test("a LAN that needs more gets four times what it has, up to its limit", () => {
  assert.deepEqual(grow(lan(600, 512), lan(0, 512)), { lan0: 2_400 });
  assert.deepEqual(grow(lan(2_000, 2_048), lan(0, 512)), { lan0: 4_096 });
  assert.deepEqual(grow(lan(100, 64, 100)), { lan0: 100 });
});

Deno.test("a LAN that has its limit gets no more, nor one that has room", () => {
  assert.deepEqual(grow(lan(4_096, 4_096), lan(0, 512)), {});
  assert.deepEqual(grow(lan(10, 512), lan(0, 512)), {});
});

Deno.test("where too little is left, others give back what they have not used", () => {
  assert.deepEqual(grow(lan(250, 256), lan(100, 4_096), lan(3_000, 3_000)), {
    ...{ lan0: 1_000, lan1: 108 },
  });
});

Deno.test("where nothing is left, all stays", () => {
  assert.deepEqual(grow(lan(250, 256), lan(4_000, 4_096), lan(3_000, 3_072)), {});
});

Deno.test("without a limit of the node, a LAN has its own", () => {
  const lans = new Map([["a", lan(900, 1_000)], ["b", lan(4_096, 4_096)]]);
  assert.deepEqual(growShare(Infinity, lans, "a"), new Map([["a", 3_600]]));
});

Deno.test("whoever asks in whatever order, all together may learn no more than the node", () => {
  const lans = new Map<string, Sharer>();
  const add = (name: string) => {
    const share = firstShare(MOST, lans.values().map((one) => one.share));
    lans.set(name, lan(share, share));
  };
  for (let at = 0; at < 20; at++) add(`${at}`);
  for (let turn = 0; turn < 400; turn++) {
    const name = `${turn * 7 % lans.size}`;
    if (turn % 20 === 0) add(`${lans.size}`);
    for (const [one, share] of growShare(MOST, lans, name)) {
      lans.set(one, { ...lans.get(one)!, share });
    }
    // Whoever has room uses it up, but for every third one.
    const now = lans.get(name)!;
    if (turn % 3 > 0) lans.set(name, { ...now, about: now.share });
    const all = lans.values().reduce((sum, { share }) => sum + share, 0);
    assert.ok(all <= MOST, `turn ${turn}: ${all}`);
  }
});

Deno.test("thousands of LANs leave a node believed: fewer routes than reflectors take", () => {
  const shares = [4_096, 4_096];
  while (shares.length < MAX_PORTS) shares.push(firstShare(MOST, shares));
  assert.equal(shares[100], 8);
  assert.equal(shares.at(-1), 1);
  // Each LAN has a route of its own, and at least one pod with another one.
  const routes = shares.reduce((sum, share) => sum + share + 2, 0);
  assert.ok(routes < MAX_ROUTES, `${routes}`);
});
