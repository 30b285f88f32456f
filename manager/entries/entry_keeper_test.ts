// Keeper and sweeper from look to look, with a kernel and an EVPN of the test's own.
import assert from "node:assert/strict";
import type { Happening } from "../events/event.ts";
import { countRepair, NO_REPAIRS } from "../events/repairs.ts";
import type { Session } from "../frr/query.ts";
import { scaleTime } from "../../tests/fixture/scale_time.ts";
import { addEntry, deleteEntry, type FdbEntry } from "./entries.ts";
import { type EntryHost, EntryKeeper } from "./entry_keeper.ts";
import { Sweeper } from "./sweeper.ts";

const [A, B] = ["10.99.0.12", "10.99.0.13"] as const;
const entry = (mac: string, dst: string): FdbEntry => ({ mac, ifname: "net1-ntwork", dst });
const MAC = "02:00:00:00:00:02";
const EVERYONE = "00:00:00:00:00:00";
const line = ({ mac, ifname, dst }: FdbEntry) =>
  `${mac} dev ${ifname} dst ${dst} self extern_learn`;

const LONG_MS = 3_600_000;
/** Sessions that have been up for so long (ms); none when it is undefined. */
const up = (uptimeMs?: number): Session[] =>
  uptimeMs === undefined ? [] : [{
    ...{ peer: "rr", state: "Established", uptimeMs },
    ...{ prefixesReceived: 0, prefixesSent: 0 },
  }];

/** Both have looked once, at sessions that are old. */
async function startKeeper() {
  const state = {
    stale: [] as FdbEntry[],
    changes: [] as string[],
    alarms: 0,
    sweeps: 0,
    /** What the last sweep was about. */
    about: undefined as unknown,
    /** What a sweep waits for. */
    listed: Promise.resolve(),
    monitors: 0,
    /** So many of them. */
    ended: 0,
    /** Where entries were changed, the last place last. */
    changedIn: [] as string[],
    fails: false,
    counts: NO_REPAIRS,
    hear: (_line: string): void => assert.fail("nobody listens"),
  };
  const tell = (happening: Happening) => {
    state.counts = countRepair(state.counts, happening);
  };
  const change: EntryHost["change"] = (netns, commands) => {
    state.changedIn.push(netns);
    if (state.fails) return Promise.reject(new Error("no process is to be had"));
    state.changes.push(...commands.map((command) => command.words.join(" ")));
    return Promise.resolve(commands.length);
  };
  const keeper = new EntryKeeper(tell, () => state.alarms++, [], {
    watch(hear) {
      state.hear = hear;
      const number = ++state.monitors;
      return {
        netns: `/lans${number}`,
        get ended() {
          return state.ended >= number;
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    },
    change,
  });
  const sweeper = new Sweeper(keeper, tell, {
    change,
    async listStale(_netns, about) {
      state.sweeps++;
      state.about = about;
      await state.listed;
      return state.fails
        ? Promise.reject(new Error("it was killed"))
        : Promise.resolve(state.stale);
    },
  });
  const look = async (sessions: readonly Session[], at = performance.now()) => {
    await keeper.look({ sessions, at });
    await sweeper.look({ sessions, at });
  };
  await look(up(LONG_MS));
  return { keeper, sweeper, state, look };
}

/** The commands that make entries again. */
const added = (...entries: FdbEntry[]) => entries.map((one) => addEntry(one).words.join(" "));

Deno.test("without a session what is deleted is made again, once, and rings", async () => {
  const { state, look } = await startKeeper();
  const lost = [entry(MAC, A), entry(EVERYONE, A), entry(EVERYONE, B)];
  for (const one of lost) state.hear(`Deleted ${line(one)}`);
  assert.equal(state.alarms, 3);
  await look(up());
  assert.deepEqual(state.changes, added(...lost));
  await look(up());
  assert.equal(state.changes.length, 3);
  assert.deepEqual(state.counts, { ...NO_REPAIRS, entriesKept: 3 });
});

Deno.test("what goes while there is a session stays away, whatever comes later", async () => {
  const { state, look } = await startKeeper();
  state.hear(`Deleted ${line(entry(MAC, A))}`);
  await look(up(LONG_MS));
  await look(up());
  assert.deepEqual(state.changes, []);
});

Deno.test("what goes after FRR was asked is the next look's", async () => {
  const { state, look } = await startKeeper();
  const asked = performance.now();
  state.hear(`Deleted ${line(entry(MAC, A))}`);
  await look(up(LONG_MS), asked - 1);
  assert.deepEqual(state.changes, []);
  await look(up());
  assert.deepEqual(state.changes, added(entry(MAC, A)));
});

Deno.test("what went before the only session began is made again: EVPN was silent", async () => {
  const { state, look } = await startKeeper();
  state.hear(`Deleted ${line(entry(MAC, A))}`);
  await look(up(0), performance.now() + 1);
  assert.deepEqual(state.changes, added(entry(MAC, A)));
});

Deno.test("an entry that is there again, or whose MAC has moved, is not made again", async () => {
  const { state, look } = await startKeeper();
  state.hear(`Deleted ${line(entry(MAC, A))}`);
  state.hear(line(entry(MAC, B)));
  state.hear(`Deleted ${line(entry(EVERYONE, A))}`);
  state.hear(line(entry(EVERYONE, A)));
  await look(up());
  assert.deepEqual(state.changes, []);
});

Deno.test("what cannot be made is tried again", async () => {
  const { state, look } = await startKeeper();
  state.hear(`Deleted ${line(entry(MAC, A))}`);
  state.fails = true;
  await assert.rejects(look(up()), /no process/);
  state.fails = false;
  await look(up());
  assert.deepEqual(state.changes, added(entry(MAC, A)));
});

Deno.test("what EVPN does not know goes when it is met twice and EVPN has spoken", async () => {
  using _usual = scaleTime(1);
  const { sweeper, state, look } = await startKeeper();
  state.stale = [entry(MAC, A)];
  await look(up());
  const later = performance.now() + 60_000;
  await look(up(1_000), later);
  assert.equal(sweeper.isUnsettled, false);
  await look(up(11_000), later + 10_000);
  assert.equal(sweeper.isUnsettled, true);
  assert.deepEqual(state.changes, []);
  state.stale.push(entry(MAC, B));
  await look(up(12_000), later + 11_000);
  assert.deepEqual(state.changes, [deleteEntry(entry(MAC, A)).words.join(" ")]);
  assert.equal(sweeper.isUnsettled, false);
  assert.deepEqual(state.counts, { ...NO_REPAIRS, entriesRemoved: 1 });
});

Deno.test("entries that change all the time do not keep stale ones from going", async () => {
  const { state, look } = await startKeeper();
  const start = performance.now();
  state.stale = [entry(MAC, A)];
  for (let seconds = 5; seconds <= 15; seconds += 5) {
    state.hear(line(entry(MAC, B)));
    await look(up(LONG_MS), start + seconds * 1000);
  }
  assert.deepEqual(state.changes, [deleteEntry(entry(MAC, A)).words.join(" ")]);
});

Deno.test("a list that fails is tried again, and not at once", async () => {
  const { state, look } = await startKeeper();
  const start = performance.now();
  const before = state.sweeps;
  state.hear(line(entry(MAC, B)));
  state.fails = true;
  await assert.rejects(look(up(LONG_MS), start + 11_000), /it was killed/);
  await look(up(LONG_MS), performance.now() + 5_000);
  assert.equal(state.sweeps, before + 1);
  state.fails = false;
  await look(up(LONG_MS), performance.now() + 12_000);
  assert.equal(state.sweeps, before + 2);
});

Deno.test("where nothing has changed nothing is listed", async () => {
  const { sweeper, state, look } = await startKeeper();
  state.stale = [entry(MAC, A)];
  await look(up(LONG_MS + 60_000), performance.now() + 60_000);
  assert.equal(sweeper.isUnsettled, false);
  assert.deepEqual(state.changes, []);
});

Deno.test("while a sweep takes long entries are kept, and another monitor may follow them", async () => {
  const { keeper, sweeper, state, look } = await startKeeper();
  state.stale = [entry(MAC, A)];
  state.hear(line(entry(MAC, A)));
  const later = performance.now() + 11_000;
  await look(up(LONG_MS), later);
  const { promise, resolve } = Promise.withResolvers<void>();
  state.listed = promise;
  const sweeping = sweeper.look({ sessions: up(LONG_MS), at: later });
  state.hear(`Deleted ${line(entry(EVERYONE, B))}`);
  await keeper.look({ sessions: up(), at: performance.now() });
  assert.deepEqual(state.changes, added(entry(EVERYONE, B)));
  state.ended = 1;
  for (let looks = 0; looks < 2; looks++) await keeper.look({ sessions: up(LONG_MS), at: later });
  resolve();
  await sweeping;
  assert.equal(state.changes.at(-1), deleteEntry(entry(MAC, A)).words.join(" "));
  assert.equal(state.changedIn.at(-1), "/lans2");
});

Deno.test("what was suspected without an end is swept again with the next session", async () => {
  const { sweeper, state, look } = await startKeeper();
  state.stale = [entry(MAC, A)];
  state.hear(line(entry(MAC, A)));
  const later = performance.now() + 11_000;
  await look(up(LONG_MS), later);
  await look(up(), later + 1_000);
  assert.equal(sweeper.isUnsettled, false);
  await look(up(11_000), later + 60_000);
  assert.deepEqual(state.about, new Set(["net1-ntwork"]));
});
