// However a lab ends, nothing of it is left on the machine.
import assert from "node:assert/strict";
import { makeFolder } from "../fixture/folder.ts";
import { mapAtMost } from "../../lab/pool.ts";
import { scaled } from "../../shared/process/time_scale.ts";
import { describe } from "../../shared/process/command.ts";
import { ROOT } from "../../tools/checkout.ts";
import {
  assertGone,
  interruptLab,
  listMachines,
  runLab,
  runLabInSmallSpace,
  testLab,
} from "./lab_fixture.ts";

const OSPF_RING = `${ROOT}/lab/examples/ospf-ring`;

/**
 * Moments from the first node to the last check. Between two cues a lab does several things, and
 * each of them may be met.
 */
const MOMENTS = [
  { cue: /Starting nodes/ },
  { cue: /Starting nodes/, afterMs: 150 },
  { cue: /Starting nodes/, afterMs: 400 },
  { cue: /Starting nodes/, afterMs: 1000 },
  { cue: /Nodes are ready/ },
  { cue: /Nodes are ready/, afterMs: 300 },
  { cue: /Devices are attached/ },
  { cue: /r3: / },
  { cue: /Startups have run/ },
  { cue: /Startups have run/, afterMs: 700 },
];
const LABS_AT_A_TIME = 3;

testLab("an interrupt at any of ten moments leaves nothing", async (name) => {
  await mapAtMost(LABS_AT_A_TIME, MOMENTS, async (moment) => {
    const own = `${name}-${MOMENTS.indexOf(moment)}`;
    const done = await interruptLab(own, [OSPF_RING], moment, "SIGINT");
    assert.equal(done.code, 130, `${moment.cue} ${describe(done)}`);
    await assertGone(own);
  });
});

testLab("a kill at any of ten moments leaves what `lab down` takes down", async (name) => {
  await mapAtMost(LABS_AT_A_TIME, MOMENTS, async (moment) => {
    const own = `${name}-${MOMENTS.indexOf(moment)}`;
    const killed = await interruptLab(own, [OSPF_RING], moment, "SIGKILL");
    assert.equal(killed.signal, "SIGKILL", `${moment.cue} ${describe(killed)}`);
    const machines = await listMachines(own);
    const down = await runLab(own, "down");
    assert.equal(down.reason, "success", `${moment.cue} ${describe(down)}`);
    await assertGone(own, machines);
  });
});

testLab("a startup that never ends is said, and ends with the lab", async (name) => {
  await using lab = await makeFolder({
    "lab.conf": "pc1[0]=A\npc2[0]=A\n",
    "pc1.startup": "echo begun\ntrap '' TERM INT HUP\nwhile true; do sleep 1; done\n",
    "pc1.shutdown": "trap '' TERM\nsleep 600 &\n",
    "lab.check": "pc2 5 true\n",
  });
  const done = await runLab(name, lab.dir, "--patience", "2");
  assert.equal(done.reason, "success", describe(done));
  assert.match(done.stderr, /pc1: begun\n/);
  assert.match(done.stderr, new RegExp(`pc1: its startup still runs after ${scaled(2)} s`));
  await assertGone(name);
});

testLab("a full disk is an error that leaves nothing", async (name) => {
  await mapAtMost(LABS_AT_A_TIME, [4, 8, 12, 16, 20, 32], async (kib) => {
    const own = `${name}-${kib}`;
    const done = await runLabInSmallSpace(kib, own, OSPF_RING, "--keep");
    assert.equal(done.code, 1, describe(done));
    assert.match(done.stderr, /No space left on device|is not ready|Cannot/, describe(done));
    await assertGone(own);
  });
});
