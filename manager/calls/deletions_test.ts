// Deletions that wait share one run.
import assert from "node:assert/strict";
import type { Kernel } from "../../shared/iproute2/kernel.ts";
import { DELETE_MARKED } from "../../shared/lan/delete_devices.ts";
import { Deletions } from "./deletions.ts";

/** A kernel whose changes end when they are told to. */
function slowKernel() {
  const running: { readonly args: readonly string[]; readonly end: () => void }[] = [];
  const kernel: Kernel = {
    show: () => Promise.resolve([]),
    apply: (_netns, args) =>
      new Promise((resolve) => running.push({ args, end: () => resolve(undefined) })),
    close: () => Promise.resolve(),
  };
  return { kernel, running };
}

Deno.test("what is asked for during a deletion is one more, for all of them", async () => {
  const { kernel, running } = slowKernel();
  const shared = new Deletions().share(kernel);
  const asked = Array.from({ length: 4 }, () => shared.apply("/lans", DELETE_MARKED));
  assert.equal(running.length, 1);
  running[0]!.end();
  await asked[0];
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(running.length, 2);
  const later = shared.apply("/lans", DELETE_MARKED);
  running[1]!.end();
  await Promise.all(asked);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(running.length, 3);
  running[2]!.end();
  await later;
});

Deno.test("a deletion that fails stops none of the next", async () => {
  const deletions = new Deletions();
  const works = () => Promise.resolve(undefined);
  const outcomes = await Promise.allSettled([
    deletions.run(() => Promise.reject(new Error("gone"))),
    deletions.run(works),
  ]);
  assert.deepEqual(outcomes.map(({ status }) => status), ["rejected", "fulfilled"]);
  assert.equal(await deletions.run(works), undefined);
});

Deno.test("other changes wait for nothing", () => {
  const { kernel, running } = slowKernel();
  const shared = new Deletions().share(kernel);
  for (const name of ["a", "b"]) void shared.apply("/lans", ["link", "set", "dev", name, "up"]);
  assert.deepEqual(running.map(({ args }) => args[3]), ["a", "b"]);
});
