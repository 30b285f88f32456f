// The limiter with a kernel of the test's own: what is asked of it, and when it is not asked again.
import assert from "node:assert/strict";
import type { Link } from "../../shared/iproute2/link.ts";
import { parseAlias, renderAlias } from "../../shared/lan/alias.ts";
import { sleep } from "../../shared/process/time.ts";
import type { Happening } from "../events/event.ts";
import { lowerLimit } from "./lan_limits.ts";
import { LearntCounter, parseLearnt, type PortCounts } from "./learnt.ts";
import { MacLimiter } from "./mac_limiter.ts";

const lan = { name: "net1", suffix: "ntwork", vni: 10 };
const common = { altnames: [], mac: "", mtu: 1450, up: true, group: 0 };
const BRIDGE: Link = {
  ...common,
  ...{ ifindex: 2, ifname: "kt-net1-ntwork", alias: renderAlias({ lan }) },
};
const owner = { ifname: "net0", pod: "lab/pc1" };
const PORT: Link = {
  ...common,
  ...{ ifindex: 3, ifname: "mga", alias: renderAlias({ lan, owner }), master: BRIDGE.ifname },
};
const line = (mac: string) => `02:00:00:00:00:${mac} dev mga master kt-net1-ntwork `;

const LIMITS = { maxMacs: 10, maxNodeMacs: 0 };

/** A limiter that has looked once, on a kernel that answers so to a limit. */
async function start(answer: (limit: number) => number, limits = LIMITS) {
  const state = {
    ports: [PORT],
    counts: new Map<string, PortCounts>(),
    /** What a count waits for. */
    counted: Promise.resolve(),
    /** What a list of ports waits for. */
    listed: Promise.resolve(),
    asked: [] as string[],
    said: [] as Happening[],
  };
  const limiter = new MacLimiter(limits, (happening) => state.said.push(happening), {
    listPorts: () => state.listed.then(() => state.ports),
    limit(bridges) {
      state.asked.push(...[...bridges].map(([name, limit]) => `limit ${name} ${limit}`));
      const answers = () => new Map([...bridges].map(([name, limit]) => [name, answer(limit)]));
      return Promise.resolve().then(answers);
    },
    async count(bridges) {
      if (bridges !== undefined) state.asked.push(`count ${bridges.join(" ")}`);
      await state.counted;
      return state.counts;
    },
    setLearning(port, alias, learning) {
      state.asked.push(`learning ${port} ${learning} ${parseAlias(alias)?.learning ?? "on"}`);
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
  limiter.takeDevices({ bridges: [BRIDGE] });
  await limiter.look();
  return { state, limiter };
}

const learn = (limiter: MacLimiter, count: number, bridge = BRIDGE.ifname) => {
  for (let at = 0; at < count; at++) {
    limiter.hearEntry(line(`${at + 10}`).replace(BRIDGE.ifname, bridge));
  }
};

/** Another LAN's bridge. */
const OTHER: Link = {
  ...common,
  ...{ ifindex: 4, ifname: "kt-net2-ntwork" },
  alias: renderAlias({ lan: { ...lan, name: "net2", vni: 11 } }),
};

Deno.test("a bridge is limited once; a look without news asks nothing", async () => {
  const { state, limiter } = await start((limit) => limit);
  await limiter.look();
  learn(limiter, 8);
  await limiter.look();
  assert.deepEqual(state.asked, ["limit kt-net1-ntwork 10"]);
});

Deno.test("that ports stop to learn holds only as long as bridges cannot be limited", async () => {
  let why = "";
  const { limiter } = await start((limit) => {
    if (why !== "") throw new Error(why);
    return limit;
  });
  assert.ok(!limiter.isByPort);
  why = "no such attribute";
  limiter.takeDevices({ bridges: [{ ...BRIDGE, ifindex: 20 }] });
  await assert.rejects(limiter.look(), /no such attribute/);
  assert.ok(limiter.isByPort);
  why = "";
  await limiter.look();
  assert.ok(!limiter.isByPort);
});

Deno.test("a new bridge has its limit while others are counted", async () => {
  await using stack = new AsyncDisposableStack();
  const { promise: isLimited, resolve: limited } = Promise.withResolvers<void>();
  let bridges = 0;
  const { state, limiter } = await start((limit) => {
    if (++bridges === 2) limited();
    return limit;
  });
  stack.use(limiter);
  const { promise, resolve } = Promise.withResolvers<void>();
  state.counted = promise;
  learn(limiter, 10);
  const look = limiter.look();
  limiter.hearLink(OTHER);
  await isLimited;
  resolve();
  await look;
});

Deno.test("LANs that may be full are counted together", async () => {
  await using stack = new AsyncDisposableStack();
  const { state, limiter } = await start((limit) => limit);
  stack.use(limiter);
  limiter.takeDevices({ bridges: [BRIDGE, OTHER] });
  await limiter.look();
  state.asked.length = 0;
  for (const { ifname } of [BRIDGE, OTHER]) learn(limiter, 10, ifname);
  await limiter.look();
  assert.deepEqual(state.asked, [`count ${BRIDGE.ifname} ${OTHER.ifname}`]);
});

Deno.test("a bridge that is made anew is limited anew", async () => {
  await using stack = new AsyncDisposableStack();
  const { state, limiter } = await start((limit) => limit);
  stack.use(limiter);
  limiter.hearLink(BRIDGE);
  limiter.takeDevices({ bridges: [BRIDGE] });
  await limiter.look();
  assert.equal(state.asked.length, 1);
  limiter.hearLink({ ...BRIDGE, ifindex: 9 });
  await limiter.look();
  assert.equal(state.asked.length, 2);
});

Deno.test("a bridge that a list does not have yet stays, and goes with the next list", async () => {
  await using stack = new AsyncDisposableStack();
  const { state, limiter } = await start((limit) => limit);
  stack.use(limiter);
  limiter.hearLink({ ...BRIDGE, ifindex: 9 });
  limiter.takeDevices({ bridges: [] });
  await limiter.look();
  assert.deepEqual(state.asked, ["limit kt-net1-ntwork 10", "limit kt-net1-ntwork 10"]);
  limiter.takeDevices({ bridges: [] });
  learn(limiter, 10);
  await limiter.look();
  assert.equal(state.asked.length, 2);
});

Deno.test("a LAN that goes, or whose bridge is made anew, meets its limit no more", async () => {
  await using stack = new AsyncDisposableStack();
  const { state, limiter } = await start((limit) => limit);
  stack.use(limiter);
  const fill = async () => {
    state.counts.set(BRIDGE.ifname, new Map([["mga", 10]]));
    learn(limiter, 10);
    await limiter.look();
    return state.said.map(({ kind }) => kind);
  };
  assert.deepEqual(await fill(), ["limit-met"]);
  limiter.takeDevices({ bridges: [{ ...BRIDGE, ifindex: 20 }] });
  assert.deepEqual(await fill(), ["limit-met", "limit-left", "limit-met"]);
  limiter.takeDevices({ bridges: [] });
  assert.deepEqual(state.said.at(-1)?.kind, "limit-left");
});

Deno.test("a LAN that goes while its limit is judged is not told of", async () => {
  await using stack = new AsyncDisposableStack();
  const { state, limiter } = await start((limit) => limit);
  stack.use(limiter);
  const { promise, resolve } = Promise.withResolvers<void>();
  state.listed = promise;
  state.counts.set(BRIDGE.ifname, new Map([["mga", 10]]));
  learn(limiter, 10);
  const look = limiter.look();
  await sleep(20);
  limiter.takeDevices({ bridges: [] });
  resolve();
  await look;
  assert.ok(!state.said.some(({ kind }) => kind === "limit-met"));
});

Deno.test("a kernel before 6.7 is asked once; then ports are silenced, and say so", async () => {
  await using stack = new AsyncDisposableStack();
  const { state, limiter } = await start(() => 0);
  stack.use(limiter);
  state.counts.set(BRIDGE.ifname, new Map([["mga", 10]]));
  learn(limiter, 10);
  await limiter.look();
  await limiter.look();
  assert.deepEqual(state.asked, [
    "limit kt-net1-ntwork 10",
    "count kt-net1-ntwork",
    "learning mga false off",
  ]);
  assert.deepEqual(state.said.map(({ kind }) => kind), ["macs-limited-by-port", "limit-met"]);
});

Deno.test("a port that an earlier manager has silenced learns again", async () => {
  await using stack = new AsyncDisposableStack();
  const { state, limiter } = await start(() => 0);
  stack.use(limiter);
  state.asked.length = 0;
  state.ports = [{ ...PORT, alias: renderAlias({ lan, owner, learning: "off" }) }];
  limiter.missEntries();
  await limiter.look();
  assert.deepEqual(state.asked, ["count kt-net1-ntwork", "learning mga true on"]);
});

Deno.test("only what was learnt from frames is counted", () => {
  const written = ["self", "permanent", "static", "extern_learn", "self permanent"].map(
    (flag) => `02:00:00:00:00:01 dev mga ${flag} master kt-a`.replace("self master kt-a", "self"),
  );
  for (const one of written) assert.equal(parseLearnt(one), undefined, one);
  const counter = new LearntCounter();
  [...written, line("01"), line("02"), ""].forEach(counter.take);
  assert.deepEqual(counter.bridges, new Map([["kt-net1-ntwork", new Map([["mga", 2]])]]));
  assert.deepEqual(parseLearnt(`Deleted ${line("01")}`), {
    ...{ bridge: "kt-net1-ntwork", port: "mga" },
  });
});

Deno.test("the lower limit counts, and 0 of a node is none", () => {
  const limits = [[4096, undefined], [4096, 100], [100, 4096], [0, 100], [0, undefined]] as const;
  assert.deepEqual(limits.map(([node, own]) => lowerLimit(node, own)), [
    ...[4096, 100, 100, 100, Infinity],
  ]);
});
