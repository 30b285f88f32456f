// The embedded lab end to end: what it reports, and what can be done with one that is up.
import assert from "node:assert/strict";
import { makeFolder } from "../fixture/folder.ts";
import type { Report } from "../../lab/report/report.ts";
import { describe } from "../../shared/process/command.ts";
import { ROOT } from "../../tools/checkout.ts";
import { assertGone, listMachines, runLab, testLab } from "./lab_fixture.ts";

const TWO_PCS = `${ROOT}/lab/examples/two-pcs`;

testLab(
  "two-pcs: two devices on two workers reach each other, and nothing is left",
  async (name) => {
    const done = await runLab(name, TWO_PCS, "--json");
    assert.equal(done.reason, "success", describe(done));
    const report: Report = JSON.parse(done.stdout);
    const rows = report.interfaces.map((
      { device, node, lan, vni, checks },
    ) => [device, node, lan, vni, checks.map(({ peer, ok }) => `${peer} ${ok}`).join()]);
    assert.deepEqual(rows, [
      ["pc1", "n1", "net1", 10, "pc2 10.0.0.2 true"],
      ["pc2", "n2", "net1", 10, "pc1 10.0.0.1 true"],
    ]);
    await assertGone(name);
  },
);

testLab(
  "a check that fails is told with what was last said, and ends the lab with 1",
  async (name) => {
    await using lab = await makeFolder({
      "lab.conf": "pc1[0]=A\n",
      "lab.check": "pc1 1 echo not today; false\n",
    });
    const done = await runLab(name, lab.dir, "--nodes", "1");
    assert.equal(done.code, 1, describe(done));
    assert.match(done.stdout, /failed {2}pc1: echo not today; false \(.*\)\n +not today/);
  },
);

testLab("a kept lab can be looked into, is not started twice, and is taken down", async (name) => {
  const args = [TWO_PCS, "--keep", "--place", "pc1=n2", "--place", "pc2=n1"];
  const up = await runLab(name, ...args);
  assert.equal(up.reason, "success", describe(up));
  const ping = await runLab(name, "exec", "pc1", "ping", "-n", "-c", "1", "10.0.0.2");
  assert.match(ping.stdout, /1 received/);
  assert.equal((await runLab(name, "exec", "n1", "sh", "-c", "exit 7")).code, 7);
  assert.match((await runLab(name, "exec", "pc9", "true")).stderr, /Cannot enter pc9: .*pc1, pc2/);
  assert.match((await runLab(name, "ps")).stdout, /^pc1 +n2 +eth0 +net1 +10 /m);
  assert.equal((await runLab(name, "ps", "--quiet")).stdout, "pc1\npc2\n");
  assert.match((await runLab(name, "logs", "n1")).stdout, /n1-manager\.log/);
  assert.match((await runLab(name, ...args)).stderr, /Cannot start the lab: .* is up/);
  const machines = await listMachines(name);
  const down = await runLab(name, "down");
  assert.equal(down.reason, "success", describe(down));
  await assertGone(name, machines);
});

testLab(
  "two labs are up at a time, and a device is restarted as its folder has it now",
  async (name) => {
    await using lab = await makeFolder({
      "lab.conf": "pc1[0]=A\npc2[0]=A\n",
      "pc1.startup": "ip address add 10.0.0.1/24 dev eth0\necho first\n",
      "pc2.startup": "ip address add 10.0.0.2/24 dev eth0\n",
    });
    const other = `${name}-b`;
    const ups = await Promise.all([
      runLab(name, lab.dir, "--keep"),
      runLab(other, TWO_PCS, "--keep"),
    ]);
    for (const up of ups) assert.equal(up.reason, "success", describe(up));
    await runLab(name, "exec", "pc1", "touch", "/etc/of-before");
    await Deno.writeTextFile(
      `${lab.dir}/pc1.startup`,
      "ip address add 10.0.0.3/24 dev eth0\necho second\n",
    );
    const again = await runLab(name, "restart", "pc1");
    assert.equal(again.reason, "success", describe(again));
    assert.equal((await runLab(name, "logs", "pc1")).stdout, "second\n");
    assert.equal((await runLab(name, "exec", "pc1", "test", "-e", "/etc/of-before")).code, 1);
    const ping = await runLab(name, "exec", "pc2", "ping", "-n", "-c", "1", "-W", "3", "10.0.0.3");
    assert.match(ping.stdout, /1 received/);
    assert.match((await runLab(name, "restart", "pc9")).stderr, /Cannot restart pc9: .*pc1, pc2/);
    const machines = [...await listMachines(name), ...await listMachines(other)];
    await runLab(name, "down");
    assert.match((await runLab(other, "ps")).stdout, /^pc1 .* net1 /m);
    await runLab(other, "down");
    for (const one of [name, other]) await assertGone(one, machines);
  },
);
