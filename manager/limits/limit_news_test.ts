// A device that goes below its limits and meets them again and again is told of once.
import assert from "node:assert/strict";
import type { Happening, Limited } from "../events/event.ts";
import { LimitNews } from "./limit_news.ts";

const LAN = { name: "net1", suffix: "lab", vni: 10 };
const STORM = { limit: "storm", lan: LAN, device: "lab/pc1 net0", most: 2_000 } as const;
const met = (limited: Limited): Happening => ({ kind: "limit-met", ...limited });
const left = (limited: Limited): Happening => ({ kind: "limit-left", ...limited });

function start(holdMs: number) {
  const told: Happening[] = [];
  const news = new LimitNews((happening) => told.push(happening), holdMs);
  return { news, told };
}

Deno.test("a limit that is left and met again all the time is told as left once", async () => {
  const { news, told } = start(3_600_000);
  const other = { ...STORM, device: "lab/pc2 net0" };
  for (let times = 0; times < 10; times++) {
    news.tell(met(STORM));
    news.tell(left(STORM));
    await news.look();
  }
  news.tell(met(other));
  news.tell({ kind: "macs-limited-by-port" });
  assert.deepEqual(told, [
    ...[met(STORM), left(STORM), met(STORM), met(other)],
    { kind: "macs-limited-by-port" },
  ]);
});

Deno.test("the end of a limit that was met again is told when it has lasted", async () => {
  const { news, told } = start(0);
  for (let times = 0; times < 2; times++) {
    news.tell(met(STORM));
    news.tell(left(STORM));
  }
  assert.deepEqual(told, [met(STORM), left(STORM), met(STORM)]);
  await news.look();
  await news.look();
  assert.deepEqual(told.slice(3), [left(STORM)]);
  news.tell(met(STORM));
  news.tell(left(STORM));
  assert.deepEqual(told.slice(4), [met(STORM), left(STORM)]);
});

Deno.test("where the limiters begin anew, what they do not tell again is told as left", async () => {
  const { news, told } = start(0);
  const other = { ...STORM, device: "lab/pc2 net0" };
  news.tell(met(STORM));
  news.tell(met(other));
  news.beginAnew();
  news.tell(met(other));
  await news.look();
  assert.deepEqual(told, [met(STORM), met(other), left(STORM)]);
});

Deno.test("MAC addresses are a LAN's: another device is told of, and the end of all once", async () => {
  const { news, told } = start(0);
  const macs = { ...STORM, limit: "macs" } as const;
  const nobody = { ...macs, device: "nobody" };
  const second = { ...macs, device: "lab/pc2 net0" };
  news.tell(met(macs));
  news.tell(met(second));
  news.tell(met(macs));
  news.tell(left(nobody));
  news.tell(left(nobody));
  await news.look();
  assert.deepEqual(told, [met(macs), met(second), left(nobody)]);
});
