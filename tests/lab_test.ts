// The embedded lab end to end: its examples, a device's view of the machine, and that nothing is left however it ends.
import assert from "node:assert/strict";
import { labDirOf, readRecord } from "../lab/lab_record.ts";
import { makeFolder } from "../lab/folder_fixture.ts";
import type { Report } from "../lab/report/report.ts";
import { describe } from "../shared/command.ts";
import { ROOT } from "../tools/checkout.ts";
import { findProcesses, findTraces, interruptLab, runLab } from "./lab_fixture.ts";

const TWO_PCS = `${ROOT}/lab/examples/two-pcs`;
const OSPF_RING = `${ROOT}/lab/examples/ospf-ring`;

const ignore = Deno.uid() !== 0;

/** Runs a test with a lab's name of its own and compares the machine before and after. */
function test(what: string, body: (name: string) => Promise<void>): void {
  Deno.test({
    name: ignore ? `${what} (cannot run: namespaces need root)` : what,
    ignore,
    async fn() {
      const name = `test-${crypto.randomUUID().slice(0, 8)}`;
      const before = await findTraces(name);
      try {
        await body(name);
      } finally {
        if ((await findTraces(name)).labDirectory) await runLab(name, "down");
      }
      assert.deepEqual(await findTraces(name), before);
    },
  });
}

test("two-pcs: two devices on two workers reach each other, and nothing is left", async (name) => {
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
});

test("ospf-ring: hosts reach each other across six FRR routers", async (name) => {
  const done = await runLab(name, OSPF_RING, "--json");
  assert.equal(done.reason, "success", describe(done) + done.stdout);
  const report: Report = JSON.parse(done.stdout);
  assert.equal(report.interfaces.length, 16);
  assert.equal(report.expectations.length, 4);
});

test("a device has its own name, files, processes, and the MAC and sysctls of its lab", async (name) => {
  await using lab = await makeFolder({
    "lab.conf": 'pc1[0]="A/02:00:00:00:00:2a"\npc1[1]="B"\npc1[image]="kathara/base"\npc2[0]="A"\n',
    "pc1/etc/motd": "from the lab\n",
    "pc1/bin/lab-tool!": "#!/bin/sh\necho tool\n",
    "pc1.startup": "echo one; no-such-program\nsleep 600 &\nip address add 10.0.0.1/24 dev eth0\n",
    "lab.check": [
      'test "$(hostname)-$(cat /etc/hostname)" = pc1-pc1',
      "grep -q 'from the lab' /etc/motd",
      'test "$(lab-tool)" = tool && test -L /bin && test "$(stat -c %u:%a /bin/lab-tool)" = 0:755',
      'test "$(cat /proc/1/comm)" = tini && test $(ps -e | grep -c tini) = 1',
      'test "$(cat /sys/class/net/eth0/address)" = 02:00:00:00:00:2a && test -e /sys/class/net/eth1',
      "test $(sysctl -n net.ipv6.conf.all.disable_ipv6 net.ipv4.ip_forward | tr -d '\\n') = 11",
      'test -z "$(ls -A /tmp)" && touch /tmp/x /etc/x && test $(stat -c %a /tmp) = 1777',
      "echo x >/dev/null && test -c /dev/net/tun && test -d /dev/shm && test -e /dev/fd/0",
      "test ! -e /run/megalos && test ! -e /mnt/proc",
    ].map((command) => `pc1 5 ${command}\n`).join(""),
  });
  const done = await runLab(name, lab.dir, "--nodes", "1");
  assert.equal(done.reason, "success", describe(done) + done.stdout);
  assert.match(done.stderr, /Note: image is ignored/);
  assert.match(done.stderr, /pc1: one\n/);
  assert.match(
    done.stderr,
    /pc1: \/hostlab\/pc1\.startup: line 1: no-such-program: command not found/,
  );
});

test("a check that fails is told with what was last said, and ends the lab with 1", async (name) => {
  await using lab = await makeFolder({
    "lab.conf": "pc1[0]=A\n",
    "lab.check": "pc1 1 echo not today; false\n",
  });
  const done = await runLab(name, lab.dir, "--nodes", "1");
  assert.equal(done.code, 1, describe(done));
  assert.match(done.stdout, /failed {2}pc1: echo not today; false \(.*\)\n +not today/);
});

test("a kept lab can be looked into, is not started twice, and is taken down", async (name) => {
  const args = [TWO_PCS, "--keep", "--place", "pc1=n2", "--place", "pc2=n1"];
  const up = await runLab(name, ...args);
  assert.equal(up.reason, "success", describe(up));
  const ping = await runLab(name, "exec", "pc1", "ping", "-n", "-c", "1", "10.0.0.2");
  assert.match(ping.stdout, /1 received/);
  assert.equal((await runLab(name, "exec", "n1", "sh", "-c", "exit 7")).code, 7);
  assert.match((await runLab(name, "exec", "pc9", "true")).stderr, /Cannot enter pc9: .*pc1, pc2/);
  assert.match((await runLab(name, "ps")).stdout, /^pc1 +n2 +eth0 +net1 +10 /m);
  assert.match((await runLab(name, ...args)).stderr, /Cannot start the lab: .* is up/);
  const machines = await listMachines(name);
  const down = await runLab(name, "down");
  assert.equal(down.reason, "success", describe(down));
  await assertGone(name, machines);
});

for (const cue of [/^ .*Starting nodes/, /Nodes are ready/, /Devices are attached/, /r3: /]) {
  test(`an interrupt at "${cue.source}" leaves nothing`, async (name) => {
    const done = await interruptLab(name, [OSPF_RING], cue, "SIGINT");
    assert.equal(done.code, 130, describe(done));
    await assertGone(name);
  });

  test(`a kill at "${cue.source}" leaves what \`lab down\` takes down`, async (name) => {
    const killed = await interruptLab(name, [OSPF_RING], cue, "SIGKILL");
    assert.equal(killed.signal, "SIGKILL", describe(killed));
    const machines = await listMachines(name);
    const down = await runLab(name, "down");
    assert.equal(down.reason, "success", describe(down));
    await assertGone(name, machines);
  });
}

async function listMachines(name: string): Promise<number[]> {
  return (await readRecord(labDirOf(name)))?.machines.map(({ pid }) => pid) ?? [];
}

async function assertGone(name: string, machines: readonly number[] = []): Promise<void> {
  assert.deepEqual(await findProcesses(name, machines), []);
}
