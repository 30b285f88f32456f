// A short churn in every run of the tests; `deno task soak` makes it long.
import assert from "node:assert/strict";
import { testAsRoot } from "./fixture/privileged.ts";
import { startResidentNode } from "./fixture/resident_node.ts";
import { addContainers, churn } from "./soak/churn.ts";
import { seeded } from "./soak/random.ts";

testAsRoot("600 random calls on 50 LANs by both ways are what the model says", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const random = seeded(seed);
  await using worker = await startResidentNode();
  await addContainers(worker.node);
  try {
    const before = await churn(worker, 300, random);
    const { descriptors, children, links, runFiles } = await churn(worker, 300, random);
    assert.deepEqual({ ...before, descriptors, children, links, runFiles }, before);
  } catch (error) {
    throw new Error(`Cannot say as the model does: with seed ${seed}`, { cause: error });
  }
});
