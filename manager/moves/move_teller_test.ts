// Which arrivals of addresses are told: those from another node, and none again and again.
import assert from "node:assert/strict";
import type { Move } from "../uplink/messages.ts";
import { MoveTeller } from "./move_teller.ts";

const LAN = { vni: 10, bridge: "kt-a", vxlan: "a" };
const [AFAR, NEAR] = ["02:00:00:00:00:01", "02:00:00:00:00:02"] as const;

Deno.test("an address from afar is told once, though it comes again and again", async () => {
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
  const teller = new MoveTeller({ ask }, () => {}, (error) => failed.push(error));
  teller.hearArrival({ ...LAN, mac: AFAR });
  assert.deepEqual(asked, []);
  using _following = teller.follow((moves) => told.push(...moves));
  for (let at = 0; at < 50; at++) {
    for (const mac of [AFAR, NEAR]) teller.hearArrival({ ...LAN, mac });
    await new Promise((resolve) => setTimeout(resolve));
  }
  await teller[Symbol.asyncDispose]();
  assert.deepEqual(failed, []);
  assert.deepEqual(told, [{ vni: 10, mac: AFAR }]);
  assert.equal(asked.length, 4);
});
