// What a reflector takes of its workers, and where it stops: lines that go through no network.
import assert from "node:assert/strict";
import type { Happening, NodeEvent } from "../events/event.ts";
import { FakeCaller } from "../line/fake_line.ts";
import { encodeText } from "../line/frames.ts";
import { hello, inventoryOf } from "../../tests/fixture/liner.ts";
import { MOST_LANS, MOST_PORTS, MOST_SESSIONS } from "../inventory/inventory.ts";
import { Members, type Surroundings } from "./members.ts";

const TIME = "2026-11-28T12:00:00.000Z";
const addressOf = (at: number) => `10.99.${at >> 8}.${at & 255}`;
const many = <T>(count: number, make: (at: number) => T) =>
  Array.from({ length: count }, (_, at) => make(at));
const LISTS: Record<string, { most: number; make: (at: number) => object }> = {
  ports: {
    most: MOST_PORTS,
    make: (at: number) => ({ port: `mg${at}`, lan: "net1-s", vni: 1, state: "up" }),
  },
  lans: {
    most: MOST_LANS,
    make: (at: number) => ({
      ...{ name: `net${at}`, suffix: "s", vni: at, mtu: 1450, bridge: `kt-${at}` },
      vxlan: { device: "", state: "missing" },
    }),
  },
  sessions: {
    most: MOST_SESSIONS,
    make: (at: number) => ({
      ...{ peer: addressOf(at), state: "Idle", since: TIME },
      ...{ prefixesReceived: 0, prefixesSent: 0 },
    }),
  },
};

/** What a worker hears that was too large, and that there is room for. */
const RECALLED = "closed 1001 it had too much, and may tell anew what it has";

/** An inventory that has nothing but what is given. */
function inventory(more: Readonly<Record<string, unknown>> = {}): object {
  const nothing = { sessions: [], lans: [], ports: [], events: [] };
  return JSON.parse(inventoryOf("w1", { ...nothing, ...more }));
}

/** A reflector that all workers of a test have a BGP session with. */
class Reflector implements AsyncDisposable {
  now = Date.parse(TIME);
  readonly told: Happening[] = [];
  readonly members: Members;
  readonly #callers: FakeCaller[] = [];
  readonly #serving: Promise<void>[] = [];

  constructor(more: Partial<Surroundings> = {}) {
    this.members = new Members(() => [undefined], (one) => this.told.push(one), undefined, {
      accept: () => ({ [Symbol.dispose]() {} }),
      now: () => this.now,
      ...more,
    });
  }

  look(): Promise<void> {
    const session = { state: "Established", uptimeMs: 1, prefixesReceived: 0, prefixesSent: 0 };
    const sessions = many(2_100, (at) => ({ peer: addressOf(at), ...session }));
    return this.members.look({ sessions });
  }

  /** A worker that calls, and says what it has. */
  async call(at: number, ...messages: readonly object[]): Promise<FakeCaller> {
    const caller = new FakeCaller(addressOf(at));
    this.#callers.push(caller);
    this.#serving.push(this.members.serve(caller.line, () => {}));
    for (const message of [JSON.parse(hello()), ...messages]) await caller.say(message);
    return caller;
  }

  stateOf(at: number): string | undefined {
    return this.members.all.find(({ address }) => address === addressOf(at))?.state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const caller of this.#callers) caller.end();
    await Promise.all(this.#serving);
    this.members[Symbol.dispose]();
  }
}

async function startReflector(more?: Partial<Surroundings>): Promise<Reflector> {
  const reflector = new Reflector(more);
  await reflector.look();
  return reflector;
}

for (const list of ["ports", "lans", "sessions"] as const) {
  const { most, make } = LISTS[list]!;
  Deno.test(`${list}: a change that makes them more than one worker may have is refused`, async () => {
    await using reflector = await startReflector();
    const caller = await reflector.call(1, inventory({ [list]: many(most, make) }));
    // One of them has changed, and none has come.
    await caller.say({ type: "change", change: { time: TIME, [list]: [make(0)] } });
    assert.equal(reflector.stateOf(1), "connected");
    await caller.say({ type: "change", change: { time: TIME, [list]: [make(most)] } });
    assert.equal(caller.heard.at(-1), "closed 1008 these are more than one worker may have");
    assert.equal(reflector.members.all[0]?.inventory?.[list].length, most);
  });

  Deno.test(`${list}: what is more than all workers may have is not taken, until there is room`, async () => {
    await using reflector = await startReflector();
    const workers = 100_000 / most;
    const full = inventory({ [list]: many(most, make) });
    for (let at = 1; at <= workers; at++) await reflector.call(at, full);
    const one = inventory({ [list]: [make(0)] });
    const late = await reflector.call(0, one);
    assert.deepEqual([reflector.stateOf(workers), reflector.stateOf(0)], [
      "connected",
      "too-large",
    ]);
    const isRecalled = async () => {
      await reflector.look();
      return late.heard.at(-1) === RECALLED;
    };
    reflector.now += 60_000;
    await reflector.call(1, inventory({ [list]: many(most - 1, make) }));
    assert.ok(!await isRecalled(), "it is told to call again after a while, not at once");
    await reflector.call(1, full);
    reflector.now += 1_000_000;
    assert.ok(!await isRecalled(), "there is no room");
    await reflector.call(1, inventory({ [list]: many(most - 1, make) }));
    assert.ok(await isRecalled());
    await reflector.call(0, one);
    assert.equal(reflector.stateOf(0), "connected");
  });

  Deno.test(`${list}: room is given to as many as it is enough for, and to one that needs less now`, async () => {
    await using reflector = await startReflector();
    const full = inventory({ [list]: many(most, make) });
    const workers = 100_000 / most;
    for (let at = 1; at <= workers; at++) await reflector.call(at, full);
    const late: FakeCaller[] = [];
    for (const at of [101, 102, 103]) late.push(await reflector.call(at, full));
    const recalled = async () => {
      reflector.now += 60_001;
      await reflector.look();
      return late.map(({ heard }) => heard.at(-1) === RECALLED);
    };
    await reflector.call(1, inventory());
    assert.deepEqual(await recalled(), [true, false, false]);
    await reflector.call(101, inventory({ [list]: [make(0)] }));
    assert.deepEqual(await recalled(), [true, false, false]);
    const less = { [`${list}Gone`]: ["0"], events: [event(1)] };
    await late[2]!.say({ type: "change", change: { time: TIME, ...less } });
    assert.equal(reflector.stateOf(103), "too-large");
    assert.equal(reflector.members.eventsAfter(0).length, 1);
    assert.deepEqual(await recalled(), [true, false, true]);
  });
}

/** A device whose names are as long as any may be, and six times as long in JSON. */
const longPort = (at: number) => {
  const text = (kind: string) => `${kind}${at}`.padEnd(255, "\u0001");
  return {
    ...{ port: text("a"), namespace: text("b"), pod: text("c"), interface: text("d") },
    ...{ lan: text("e"), mac: text("f"), vni: 1, state: "up" },
  };
};

Deno.test("bytes: changes give a worker no more than a message has, and all have bounds", async () => {
  await using reflector = await startReflector();
  const { members } = reflector;
  const change = (at: number, count: number) => ({
    type: "change",
    change: { time: TIME, ports: many(count, (one) => longPort(at + one)) },
  });
  for (let worker = 0; worker < 10; worker++) {
    const caller = await reflector.call(worker, inventory());
    await caller.say(change(0, 400));
    // What is told again is there once.
    for (const _ of [1, 2]) await caller.say(change(0, 1));
    assert.equal(reflector.stateOf(worker), worker < 9 ? "connected" : "too-large");
    if (worker > 0) continue;
    await caller.say(change(400, 400));
    assert.equal(caller.heard.at(-1), "closed 1008 these are more than one worker may have");
  }
  assert.ok(JSON.stringify(members.all).length < 33 * 1024 * 1024);
  assert.equal(members.all[0]?.inventory?.ports.length, 400);
});

Deno.test("a worker whose message waits for its turn is not silent; one that says nothing is", async () => {
  let elapsed = 0;
  let beat = () => {};
  const waits = Promise.withResolvers<void>();
  const turn = Promise.withResolvers<void>();
  await using reflector = await startReflector({
    elapsed: () => elapsed,
    every: (_, what) => {
      beat = what;
      return { [Symbol.dispose]() {} };
    },
    turns: () => ({
      take(_who, _bytes, work) {
        waits.resolve();
        return turn.promise.then(work);
      },
    }),
  });
  const caller = await reflector.call(1);
  const heardAfter = async (ms: number) => {
    elapsed += ms;
    beat();
    await new Promise((resolve) => setTimeout(resolve));
    return caller.heard.at(-1);
  };
  const said = caller.say({ type: "beat" });
  await waits.promise;
  assert.match((await heardAfter(600_000))!, /"beat"/);
  turn.resolve();
  await said;
  assert.match((await heardAfter(40_000))!, /"beat"/);
  assert.equal(await heardAfter(1), "closed 1001 nothing was heard");
});

Deno.test("a line more than there may be is refused; one that calls again is not", async () => {
  await using reflector = await startReflector();
  for (let at = 0; at < 2_000; at++) await reflector.call(at);
  const late = await reflector.call(2_000);
  assert.equal(late.heard.at(-1), "closed 1008 there are too many lines");
  const again = await reflector.call(1_999);
  assert.match(again.heard.at(-1)!, /"welcome"/);
});

const event = (number: number, time = TIME, more = {}) => ({
  number,
  time,
  kind: "node-ready",
  ...more,
});
const change = (...events: readonly object[]) => ({
  type: "change",
  change: { time: TIME, events },
});
const timesOf = ({ members }: Reflector) =>
  members.eventsAfter(0).map(({ time }) => time.slice(11, 16));
const at = (time: string) => `2026-11-28T${time}:00.000Z`;

Deno.test("events of a worker whose clock goes back are taken, and each of them once", async () => {
  await using reflector = await startReflector();
  const events = [event(1, at("12:00")), event(2, at("12:01"))];
  const caller = await reflector.call(1, inventory({ events }));
  events.push(event(3, at("09:00")));
  await caller.say(change(events[2]!));
  events.push(event(4, at("09:01")));
  await reflector.call(1, inventory({ events }));
  assert.deepEqual(timesOf(reflector), ["12:00", "12:01", "09:00", "09:01"]);
  // A manager that has started again counts anew.
  await reflector.call(1, inventory({ events: [event(1, at("09:02")), event(2, at("08:00"))] }));
  assert.deepEqual(timesOf(reflector).slice(4), ["09:02", "08:00"]);
});

Deno.test("a worker's flood takes away nobody else's events, nor does it speak for others", async () => {
  await using reflector = await startReflector();
  const { members } = reflector;
  const own = { ...event(1), kind: "peer-refused", peer: "10.99.0.2", why: "it forges" } as const;
  members.takeEvent("rr", own);
  await reflector.call(1, inventory({ events: [event(1)] }));
  const flooder = await reflector.call(2, inventory());
  for (let at = 0; at < 30; at++) {
    await flooder.say(change(...many(100, (one) => event(100 * at + one))));
  }
  const kept = members.eventsAfter(0);
  assert.equal(kept.length, 1_000);
  const others = kept.filter(({ node }) => node !== "w1 (10.99.0.2)");
  assert.deepEqual(others.map(({ node, kind }) => `${node} ${kind}`), [
    "rr peer-refused",
    "w1 (10.99.0.1) node-ready",
  ]);
  assert.equal(members.eventsAfter(kept.at(-2)!.number).length, 1);
});

Deno.test("of a worker that tells events all the time some are taken, and how many not is said", async () => {
  await using reflector = await startReflector();
  const caller = await reflector.call(1, inventory());
  const numbersAfter = (number: number) =>
    reflector.members.eventsAfter(number).map(({ time }) => Number(time.slice(20, 23)));
  const say = (from: number, count: number) =>
    caller.say(
      change(...many(count, (one) => event(from + one, `${TIME.slice(0, 20)}${from + one}Z`))),
    );
  for (let from = 100; from < 1_000; from += 100) await say(from, 100);
  await say(100, 100);
  assert.equal(numbersAfter(0).length, 1_000);
  await say(200, 50);
  await reflector.look();
  assert.deepEqual(reflector.told, [{ kind: "events-dropped", peer: "10.99.0.1", count: 50 }]);
  reflector.now += 2_000;
  await say(300, 30);
  await reflector.look();
  assert.deepEqual(numbersAfter(1_000), many(20, (one) => 300 + one));
  await say(330, 5);
  await reflector.look();
  assert.equal(reflector.told.length, 1, "it is told once a minute");
  reflector.now += 58_000;
  await reflector.look();
  await reflector.look();
  assert.deepEqual(reflector.told.slice(1), [
    { kind: "events-dropped", peer: "10.99.0.1", count: 15 },
  ]);
  for (let from = 400; from < 1_000; from += 100) await say(from, 100);
  reflector.now -= 3_600_000;
  await reflector.look();
  assert.equal(reflector.told.length, 3, "the clock has gone back");
});

Deno.test("a peer that flaps takes away no other of the reflector's own events", async () => {
  await using reflector = await startReflector();
  const { members } = reflector;
  const refused = (peer: string, number: number) =>
    members.takeEvent("rr", { ...event(number), kind: "uplink-refused", peer, why: "" } as const);
  members.takeEvent("rr", event(1) as NodeEvent);
  refused("10.99.0.2", 2);
  for (let number = 3; number < 2_000; number++) refused("10.99.0.3", number);
  const others = members.eventsAfter(0)
    .filter((one) => one.kind !== "uplink-refused" || one.peer !== "10.99.0.3");
  assert.deepEqual(others.map(({ kind }) => kind), ["node-ready", "uplink-refused"]);
});

Deno.test("who has many addresses takes away no worker's events", async () => {
  await using reflector = await startReflector();
  const { members } = reflector;
  for (let worker = 0; worker < 10; worker++) {
    await reflector.call(worker, inventory({ events: many(50, event) }));
  }
  for (let number = 0; number < 1_000; number++) {
    const peer = addressOf(1_000 + number);
    const refused = { ...event(number), kind: "uplink-refused", peer, why: "" } as const;
    members.takeEvent("rr", refused);
  }
  const kept = members.eventsAfter(0);
  assert.equal(kept.length, 1_000);
  assert.equal(kept.filter(({ kind }) => kind === "node-ready").length, 500);
});

Deno.test("of an event that is too long its kind is shown, of others all", async () => {
  await using reflector = await startReflector();
  const long = event(1, TIME, { why: "x".repeat(8_000) });
  const events = [long, event(2, TIME, { why: "x".repeat(7_000) })];
  const caller = await reflector.call(1, inventory({ events }));
  await caller.say(change({ ...long, number: 3 }, event(4)));
  const figures = reflector.members.eventsAfter(0).map(({ node: _, number: __, ...more }) => more);
  const bare = { time: TIME, kind: "node-ready" };
  assert.deepEqual(figures, [bare, { ...bare, why: "x".repeat(7_000) }, bare, bare]);
});

Deno.test("figures that are nested too deep to be written again are left out, too", async () => {
  await using reflector = await startReflector();
  const caller = await reflector.call(1, inventory());
  // JSON is read with any depth, and written with less where a key is a number.
  const nest = (depth: number) => `${'{"1":'.repeat(depth)}1${"}".repeat(depth)}`;
  const events = `[{"number":1,"time":"${TIME}","kind":"node-ready","0":${nest(50_000)}}]`;
  const told = `{"type":"change","change":{"time":"${TIME}","events":${events}}}`;
  caller.sayFrame(encodeText(told));
  await caller.quiet;
  await caller.say(change(event(2)));
  const figures = reflector.members.eventsAfter(0).map(({ node: _, number: __, ...more }) => more);
  assert.deepEqual(figures, [{ time: TIME, kind: "node-ready" }, {
    time: TIME,
    kind: "node-ready",
  }]);
  assert.equal(reflector.stateOf(1), "connected");
});

for (
  const [what, more] of [
    ["counts that no kernel has", { portsLeftOut: 1e300 }],
    ["a time that is longer than a time", { time: `2026-11-28T12:00:00.${"0".repeat(99)}Z` }],
    ["thousands of reasons", {
      node: {
        ...{ name: "w1", address: "", role: "worker", version: "", ready: false },
        reasons: many(1_000, String),
      },
    }],
  ] as const
) {
  Deno.test(`${what}: the inventory is refused`, async () => {
    await using reflector = await startReflector();
    const caller = await reflector.call(1, inventory(more));
    assert.equal(caller.heard.at(-1), "closed 1008 this is no message");
  });
}
