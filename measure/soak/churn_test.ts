// A short churn in every run of the tests; `deno task soak` makes it long.
import assert from "node:assert/strict";
import { testAsRoot } from "../../tests/fixture/privileged.ts";
import { startResidentNode } from "../../tests/fixture/resident_node.ts";
import { addContainers, churn } from "./churn.ts";
import { seeded } from "./random.ts";
import { addLans, KEEP_EMPTY } from "./standing.ts";

testAsRoot(
  "400 random calls on 50 LANs beside 50 others, by both ways, are what the model says",
  async () => {
    const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
    const random = seeded(seed);
    await using worker = await startResidentNode({ settings: KEEP_EMPTY });
    await addContainers(worker.node);
    await addLans(worker.node, 50);
    try {
      const { usage: before } = await churn(worker, 200, random);
      const { usage: after } = await churn(worker, 200, random);
      for (const name of ["descriptors", "children", "links", "runFiles"] as const) {
        assert.ok(after[name] <= before[name], `${name}: ${before[name]}, then ${after[name]}`);
      }
    } catch (error) {
      throw new Error(`Cannot say as the model does: with seed ${seed}`, { cause: error });
    }
  },
);
