// A worker that may not raise the kernel's tables of neighbours says so, and does its work.
import assert from "node:assert/strict";
import { startCluster } from "../fixture/cluster.ts";
import { runManagers } from "../fixture/manager.ts";
import { readTables } from "../fixture/neighbour_tables.ts";
import { testAsRoot } from "../fixture/privileged.ts";

testAsRoot(
  "in a network namespace that is not the machine's own, the tables are left, which is told once",
  async () => {
    const before = await readTables();
    await using cluster = await startCluster();
    // More than any machine has, so that all are to be raised.
    await using running = await runManagers(cluster, { MEGALOS_NEIGHBOURS: "1000000" });
    for (const manager of running.workers) {
      const told = /info the kernel's tables of neighbours take \d+ as before: /g;
      await manager.logged(new RegExp(told.source));
      assert.equal([...manager.log.matchAll(told)].length, 1, manager.log);
      assert.doesNotMatch(manager.log, /Cannot raise|works again: raise/);
      // Another namespace does not show the setting, so nothing is said of it.
      assert.doesNotMatch(manager.log, /frames may wait|give frames/);
    }
    assert.doesNotMatch(running.reflector.log, /neighbours/);
    assert.deepEqual(await readTables(), before);
  },
);
