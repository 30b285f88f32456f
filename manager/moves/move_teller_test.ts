// Which arrivals of addresses are told: those from another node, and not those of a loop.
import assert from "node:assert/strict";
import type { Move } from "../uplink/messages.ts";
import { MoveTeller } from "./move_teller.ts";

const LAN = { vni: 10, bridge: "kt-a", vxlan: "a" };
const [AFAR, NEAR] = ["02:00:00:00:00:01", "02:00:00:00:00:02"] as const;

Deno.test("an address from afar is told, and seldom where it comes again and again", async () => {
  const told: Move[] = [];
  const asked: string[] = [];
  const failed: unknown[] = [];
  const ask = (questions: readonly { readonly words: readonly string[] }[]) => {
    asked.push(...questions.map(({ words }) => words.join(" ")));
    return Promise.resolve(questions.map(({ words }) => {
      const [, , mac, where] = words;
      const entry = { mac, ifname: where === "br" ? "mg1" : "a" };
      if (where === "br") return JSON.stringify([entry]);
      return mac === AFAR ? JSON.stringify([{ ...entry, dst: "10.0.0.2" }]) : undefined;
    }));
  };
  const takenBack: string[] = [];
  const takeBack = (key: string) => void takenBack.push(key);
  const teller = new MoveTeller({ ask }, { takeBack }, () => {}, (error) => failed.push(error));
  teller.hearArrival({ ...LAN, mac: AFAR }, 1);
  assert.deepEqual(asked, []);
  using _following = teller.follow((moves) => told.push(...moves));
  for (let at = 0; at < 500; at++) {
    for (const mac of [AFAR, NEAR]) teller.hearArrival({ ...LAN, mac }, 2 + at);
    await new Promise((resolve) => setTimeout(resolve));
  }
  await teller[Symbol.asyncDispose]();
  assert.deepEqual(failed, []);
  assert.deepEqual(told[0], { vni: 10, mac: AFAR, sequence: 2 });
  assert.ok(told.every(({ mac }) => mac === AFAR));
  assert.ok(takenBack.length > 0 && takenBack.every((key) => key === `kt-a ${NEAR}`));
  // Eight arrivals of each address at once, and two in a second.
  assert.ok(told.length <= 20 && asked.length <= 80, `${told.length} told, ${asked.length} asked`);
});
