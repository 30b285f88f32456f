// What a look sees while FRR hangs: sessions that FRR does not tell of have not ended.
import assert from "node:assert/strict";
import { type Run, run } from "../../shared/process/exec.ts";
import { decideFates, readSpoken } from "../entries/decide.ts";
import type { Happening } from "../events/event.ts";
import { Duties, type Duty } from "./duty.ts";
import { Health } from "./health.ts";
import { type Observation, Observer } from "./observation.ts";

const DAEMONS = "zebra bgpd watchfrr\n";
const SESSION = { state: "Established", peerUptimeMsec: 60_000 };
const WHOLE = DAEMONS + JSON.stringify({ peers: { "10.99.0.1": SESSION } });
const KILLED =
  "Cannot ask FRR: `vtysh -c show daemons -c show bgp l2vpn evpn summary json` was ended by SIGKILL";

/** A manager's looks. FRR says this in each of them, and hangs then or not. */
async function look(answers: readonly (readonly [said: string, hangs: boolean])[]) {
  const told: Happening[] = [];
  const seen: Observation[] = [];
  const tell = (happening: Happening) => void told.push(happening);
  const health = new Health("worker", tell);
  const watch: Duty = { name: "watch", look: (one) => Promise.resolve(void seen.push(one)) };
  const duties = new Duties([health, watch], tell);
  let at = 0;
  const observer = new Observer(async (command) => {
    const [said, hangs] = answers[at++]!;
    const script = hangs ? 'printf %s "$1"; kill -KILL $$' : 'printf %s "$1"';
    const { argv } = command;
    return { ...await run({ ...command, argv: ["sh", "-c", script, "sh", said] }), argv };
  });
  for (const _ of answers) await duties.look(() => observer.look());
  return { told, seen, health };
}

Deno.test("while FRR hangs, what it has said last counts, and the node is not ready", async () => {
  const before = performance.now();
  const { told, seen: [first, second], health } = await look([[WHOLE, false], [DAEMONS, true]]);
  assert.deepEqual(second, { ...first, silence: KILLED });
  assert.deepEqual(told.map((one) => one.kind), [
    "session-up",
    "node-ready",
    "duty-failed",
    "node-not-ready",
  ]);
  assert.deepEqual(told[2], { kind: "duty-failed", duty: "ask FRR how it is", why: KILLED });
  assert.deepEqual(health.ready(), { ok: false, reasons: ["FRR does not answer"] });
  // The looks go on, however long FRR hangs.
  assert.ok(health.lookedAt! > second!.at && second!.at > before);
  // Nobody knows yet whether an entry that was deleted since was withdrawn.
  const entry = { mac: "02:00:00:00:00:01", ifname: "net1-ntwork" };
  const deletions = new Map([["place", { entry, at: performance.now() }]]);
  const { putBack, withdrawn } = decideFates(deletions, readSpoken(second!));
  assert.deepEqual([putBack.size, withdrawn.size], [0, 0]);
});

Deno.test("once FRR answers again, what it says counts", async () => {
  const { told, seen } = await look([[WHOLE, false], ["", true], ["", true], [DAEMONS, false]]);
  assert.deepEqual([seen.at(-1)?.silence, seen.at(-1)?.sessions], [undefined, []]);
  assert.deepEqual(told.slice(2).map((one) => one.kind), [
    "duty-failed",
    "node-not-ready",
    "duty-recovered",
    "session-down",
  ]);
});

Deno.test("before FRR has answered once, no duty is done", async () => {
  const { told, seen, health } = await look([[DAEMONS, true], [DAEMONS, true]]);
  assert.deepEqual([seen, health.last], [[], undefined]);
  assert.deepEqual(told, [{ kind: "duty-failed", duty: "ask FRR how it is", why: KILLED }]);
});

Deno.test("what an earlier observer has seen counts for the next one", async () => {
  const last: Observation = { at: 1, daemons: ["bgpd"], sessions: [] };
  const killed: Run = (command) => run({ ...command, argv: ["sh", "-c", "kill -KILL $$"] });
  const { silence, ...seen } = await new Observer(killed, last).look();
  assert.deepEqual(seen, last);
  assert.match(silence ?? "", /was ended by SIGKILL$/);
});
