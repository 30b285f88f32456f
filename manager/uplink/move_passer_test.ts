// Whom a reflector passes hints to, in whose name, and how many.
import assert from "node:assert/strict";
import type { Inventory } from "../inventory/inventory.ts";
import { type HintLine, MovePasser, planPassing } from "./move_passer.ts";

const MAC = "02:00:00:00:00:50";
const moves = (...vnis: number[]) => vnis.map((vni) => ({ vni, mac: MAC }));

interface Fake extends HintLine {
  readonly sent: string[];
}

function line(from: string, vnis: number[], more: Partial<HintLine> = {}, waiting = 0): Fake {
  const sent: string[] = [];
  return {
    ...{ sent, line: { from, waiting, send: (text) => void sent.push(text) }, takesMoves: true },
    inventory: { lans: vnis.map((vni) => ({ vni })) } as unknown as Inventory,
    ...more,
  };
}

Deno.test("a hint goes to the other workers that have the LAN and take hints", () => {
  const sender = line("10.0.0.1", [10, 20]);
  const [one, other, older, untold] = [
    line("10.0.0.2", [10]),
    line("10.0.0.3", [20, 30]),
    line("10.0.0.4", [10, 20], { takesMoves: false }),
    line("10.0.0.5", [10, 20], { inventory: undefined }),
  ];
  const plan = planPassing(sender, moves(10, 20, 30), [sender, one, other, older, untold]);
  assert.deepEqual(plan.map(([{ line }, told]) => [line.from, told.map(({ vni }) => vni)]), [
    ["10.0.0.2", [10]],
    // The sender is not on the third LAN.
    ["10.0.0.3", [20]],
  ]);
});

Deno.test("a hint has the VTEP of whom the reflector believes, and no other is passed", async () => {
  const clients = [{ peer: "10.0.0.1", vtep: "10.9.0.1", place: 10 }];
  const passer = new MovePasser({ clients: () => Promise.resolve(clients) });
  const [believed, other] = [line("10.0.0.1", [10]), line("10.0.0.2", [10])];
  passer.pass(believed, moves(10), [believed, other]);
  assert.deepEqual(other.sent, []);
  await passer.look();
  passer.pass(other, moves(10), [believed, other]);
  assert.deepEqual(believed.sent, []);
  passer.pass(believed, moves(10), [believed, other]);
  assert.deepEqual(other.sent.map((text) => JSON.parse(text)), [
    { type: "moves", vtep: "10.9.0.1", moves: moves(10) },
  ]);
});

Deno.test("of a storm so much is dropped that nobody is hurt", async () => {
  const clients = [{ peer: "10.0.0.1", vtep: "10.9.0.1", place: 10 }];
  const passer = new MovePasser({ clients: () => Promise.resolve(clients) });
  await passer.look();
  const sender = line("10.0.0.1", [10]);
  const others = Array.from({ length: 1_000 }, (_, at) => line(`10.1.0.${at}`, [10]));
  const slow = line("10.0.0.9", [10], {}, 100_000);
  for (let at = 0; at < 100; at++) passer.pass(sender, moves(10), [sender, slow, ...others]);
  assert.deepEqual(slow.sent, []);
  const counts = new Map(await passer.look());
  const [passed, dropped] = [counts.get("passed") ?? 0, counts.get("dropped") ?? 0];
  assert.equal(passed, others.reduce((sum, { sent }) => sum + sent.length, 0));
  // Each of 100 calls is for 1,001 lines, or is dropped as one because the passer is ahead.
  assert.ok(dropped >= 100, `${dropped} are dropped`);
  assert.equal((passed + dropped - 100) % 1_000, 0);
  assert.ok(passed >= 2_000 && passed < 50_000, `${passed} are passed`);
});
