// The keeper of the tables with a kernel of the test's own: what it asks, sets and tells, and when.
import assert from "node:assert/strict";
import type { Completed } from "../../shared/process/command.ts";
import type { Happening } from "../events/event.ts";
import { NeighbourKeeper } from "./neighbour_keeper.ts";

type Tables = Record<string, number>;
const LINUX: Tables = { arp_cache: 1024, ndisc_cache: 1024 };

/** A keeper on a kernel with these tables, which answers a change with `refusal`, if any. */
function start(tables: Tables, { most = 16_384, refusal = "" } = {}) {
  const state = { tables: { ...tables }, asked: [] as string[], said: [] as Happening[], refusal };
  const keeper = new NeighbourKeeper(
    most,
    (happening) => state.said.push(happening),
    ({ argv }) => {
      const line = argv.join(" ");
      const [, name = "", thresh3] = / name (\w+)(?:.* thresh3 (\d+))?$/.exec(line) ?? [];
      state.asked.push(line);
      const answer: Completed = {
        ...{ argv, reason: "success", code: 0, signal: null, stdout: "[]", stderr: "", ms: 0 },
      };
      const has = state.tables[name];
      if (thresh3 !== undefined) {
        if (state.refusal !== "") {
          return Promise.resolve({ ...answer, reason: "exit", code: 2, stderr: state.refusal });
        }
        state.tables[name] = Number(thresh3);
      } else if (has !== undefined) {
        const own = { name, thresh1: has / 8, thresh2: has / 2, thresh3: has };
        return Promise.resolve({ ...answer, stdout: JSON.stringify([own]) });
      }
      return Promise.resolve(answer);
    },
  );
  return { keeper, state, look: () => keeper.look() };
}

Deno.test("both tables are raised, each is told, and the next look asks nothing", async () => {
  const { state, look } = start({ ...LINUX, ndisc_cache: 2048 });
  await look();
  assert.deepEqual(state.tables, { arp_cache: 16_384, ndisc_cache: 16_384 });
  const raised = { kind: "neighbours-raised", most: 16_384 };
  assert.deepEqual(state.said, [
    { ...raised, family: "IPv4", before: 1024 },
    { ...raised, family: "IPv6", before: 2048 },
  ]);
  state.asked = [];
  await look();
  assert.deepEqual(state.asked, []);
});

Deno.test("what takes enough, or is not there, is left; 0 does not even ask", async () => {
  const { state, look } = start({ arp_cache: 65_536 });
  await look();
  assert.deepEqual([state.tables, state.said], [{ arp_cache: 65_536 }, []]);
  const left = start(LINUX, { most: 0 });
  await left.look();
  assert.deepEqual([left.state.tables, left.state.asked], [LINUX, []]);
});

Deno.test("in another network namespace than the machine's own that is told once, and is no failure", async () => {
  const refusal = "RTNETLINK answers: No such file or directory\n";
  const { state, look } = start(LINUX, { refusal });
  for (let looks = 0; looks < 3; looks++) await look();
  assert.deepEqual(state.said, [{ kind: "neighbours-left", most: 1024 }]);
  assert.equal(state.asked.length, 2);
});

Deno.test("another refusal is a failure, and the next look tries again", async () => {
  const refusal = "RTNETLINK answers: Operation not permitted\n";
  const { state, look } = start(LINUX, { refusal });
  for (let looks = 0; looks < 2; looks++) await assert.rejects(look, /Operation not permitted/);
  state.refusal = "";
  await look();
  assert.deepEqual(state.tables, { arp_cache: 16_384, ndisc_cache: 16_384 });
});
