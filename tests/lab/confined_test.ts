// What a device does to itself stays its own: files, memory, processes, its end, a hung program.
import assert from "node:assert/strict";
import { readRecord } from "../../lab/record.ts";
import { labDirOf } from "../../lab/record.ts";
import { makeFolder } from "../fixture/folder.ts";
import { eventually } from "../fixture/eventually.ts";
import { describe } from "../../shared/process/command.ts";
import { converse, run } from "../../shared/process/exec.ts";
import { assertGone, listMachines, runLab, testLab } from "./lab_fixture.ts";

testLab("a device gets to the end of its own room, memory and processes only", async (name) => {
  await using lab = await makeFolder({
    "lab.conf": [
      "pc1[0]=A\npc1[mem]=128m\npc1[cpus]=0.5",
      "pc2[0]=A\npc2[env]='PERL5OPT=-Mno::such'",
      "memory[0]=A\nmemory[mem]=64m",
      "many[0]=A\n",
    ].join("\n"),
    "pc1.startup": "yes no | head -n 300000\n",
    "lab.check": [
      'pc1 20 ! said=$(head -c 80m /dev/zero 2>&1 >/tmp/full) && [[ $said == *"No space left"* ]] && rm /tmp/full && echo room >/tmp/again',
      "memory 60 ! tail /dev/zero",
      "many 60 ! perl -e 'for (1..5000) { my $p = fork // exit 1; $p or sleep 100, exit }' >/dev/null 2>&1",
      "pc2 20 test ! -e /tmp/full && head -c 80m /dev/zero >/tmp/other && rm /tmp/other",
      'pc2 5 test "$PERL5OPT" = -Mno::such',
    ].join("\n"),
  });
  const up = await runLab(name, lab.dir, "--nodes", "1");
  assert.equal(up.reason, "success", describe(up) + up.stdout);
  const said = up.stderr.split("\n").filter((line) => /pc1: /.test(line));
  assert.equal(said.filter((line) => line.endsWith("pc1: no")).length, 10);
  assert.ok(said.some((line) => line.endsWith("(the last line 299990 times more)")), up.stderr);
});

testLab("a device outlives its processes; one that has ended is said to have", async (name) => {
  await using lab = await makeFolder({
    "lab.conf": "pc1[0]=A\npc2[0]=A\n",
    "pc1.startup": "sleep 600 &\n",
  });
  const up = await runLab(name, lab.dir, "--nodes", "1", "--keep");
  assert.equal(up.reason, "success", describe(up));
  for (const end of ["pkill sleep", "kill 1", "kill -9 1", "kill -9 -1", "pkill -9 tini"]) {
    await runLab(name, "exec", "pc1", "bash", "-c", end);
    const after = await runLab(name, "exec", "pc1", "ps", "-e", "-o", "comm=");
    assert.equal(after.stdout, "tini\nps\n", end);
  }
  const record = await readRecord(labDirOf(name));
  const pid = record?.devices.find((device) => device.name === "pc1")?.pid;
  await runLab(name, "exec", "n1", "kill", "-9", `${pid}`);
  assert.match((await runLab(name, "ps")).stdout, /^pc1 .* ended /m);
  assert.match(
    (await runLab(name, "exec", "pc1", "true")).stderr,
    /Cannot enter pc1: it has ended/,
  );
  assert.match((await runLab(name, "logs", "pc1")).stderr, /pc1: it has ended/);
  assert.equal((await runLab(name, "exec", "pc2", "true")).code, 0);
  const again = await runLab(name, "restart", "pc1");
  assert.equal(again.reason, "success", describe(again));
  assert.equal((await runLab(name, "exec", "pc1", "true")).code, 0);
});

testLab("a program that was stopped on its way into a device stops no down", async (name) => {
  await using lab = await makeFolder({ "lab.conf": "pc1[0]=A\n" });
  const up = await runLab(name, lab.dir, "--nodes", "1", "--keep");
  assert.equal(up.reason, "success", describe(up));
  const node = (await readRecord(labDirOf(name)))!.machines.find((one) => one.name === "n1")!;
  const machines = await listMachines(name);
  const enter = ["--mount", "--net", "--uts", "--ipc", "--pid"];
  const talk = converse({ argv: ["nsenter", `--target=${node.pid}`, ...enter, "sleep", "600"] });
  assert.ok(talk !== undefined);
  const children = ["ps", "--ppid", `${talk.pid}`, "-o", "comm="] as const;
  await eventually(async () => (await run({ argv: children })).stdout.trim() === "sleep", 10, "");
  Deno.kill(talk.pid, "SIGSTOP");
  const down = await runLab(name, "down");
  assert.equal(down.reason, "success", describe(down));
  await talk.end();
  await assertGone(name, machines);
});

testLab("what a lab brings stays in the lab: links and paths that lead out", async (name) => {
  const secret = `.megalos-secret-${crypto.randomUUID()}`;
  await using elsewhere = await makeFolder({ [secret]: "secret" });
  await using lab = await makeFolder({
    "lab.conf": "pc1[0]=A\n",
    [`pc1/mnt/tmp/${secret}`]: "written",
    "pc1/proc/sys/vm/swappiness": "60",
  });
  const refused = await runLab(name, lab.dir, "--nodes", "1");
  assert.equal(refused.code, 1, describe(refused));
  await Deno.remove(`${lab.dir}/pc1/proc`, { recursive: true });
  // A device's link in what is shared is nobody's way out when the lab ends.
  await Deno.writeTextFile(
    `${lab.dir}/pc1.shutdown`,
    `ln -s ${elsewhere.dir} /shared/link; ls -A /mnt/tmp /shared/link/ > /shared/seen\n`,
  );
  const up = await runLab(name, lab.dir, "--nodes", "1");
  assert.equal(up.reason, "success", describe(up));
  await assert.rejects(Deno.stat(`/tmp/${secret}`), Deno.errors.NotFound);
  assert.equal(await Deno.readTextFile(`${lab.dir}/shared/seen`), `/mnt/tmp:\n${secret}\n`);
  assert.equal(await Deno.readTextFile(`${elsewhere.dir}/${secret}`), "secret");
  for (const entry of ["pc1.startup", "pc1.shutdown", "pc1"]) {
    await Deno.remove(`${lab.dir}/${entry}`, { recursive: true }).catch(() => {});
    const target = entry === "pc1" ? elsewhere.dir : `${elsewhere.dir}/${secret}`;
    await Deno.symlink(target, `${lab.dir}/${entry}`);
    const done = await runLab(name, lab.dir, "--nodes", "1");
    assert.equal(done.code, 1, describe(done));
    assert.match(done.stdout + done.stderr, new RegExp(`${entry} .*leads out of the lab`));
    await Deno.remove(`${lab.dir}/${entry}`);
  }
});

testLab(
  "what cannot be checked is one failed check, and pairs can be meant to be apart",
  async (name) => {
    await using lab = await makeFolder({
      "lab.conf": "pc1[0]=A\npc2[0]=A\npc3[0]=A\n",
      "pc1.startup": "ip address add 10.0.0.1/24 dev eth0\n",
      "pc2.startup":
        "ip address add 10.0.0.2/24 dev eth0\necho 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all\n",
      "pc3.startup":
        "mkdir -p /usr/local/sbin\nprintf '#!/bin/sh\\necho no\\n' >/usr/local/sbin/ip\nchmod +x /usr/local/sbin/ip\n",
      "lab.check": "no-ping pc1 pc2\npc1 5 true\n",
    });
    const up = await runLab(name, lab.dir, "--nodes", "1", "--keep");
    assert.equal(up.code, 1, describe(up));
    assert.match(up.stdout, /^pc1 .* 1\/1 ok$/m);
    assert.match(up.stdout, /^failed {2}pc3: ip -json address show/m);
    assert.match(up.stdout, /^ok {6}pc1: true/m);
    assert.equal((await runLab(name, "exec", "pc1", "true")).code, 0, "the lab stays");
    await runLab(name, "down");
    await Deno.remove(`${lab.dir}/pc3.startup`);
    await Deno.writeTextFile(`${lab.dir}/pc2.startup`, "ip address add 10.0.0.2/24 dev eth0\n");
    const loud = await runLab(name, lab.dir, "--nodes", "1");
    assert.equal(loud.code, 1, describe(loud));
    assert.match(loud.stdout, /^pc1 .* 0\/1, an answer that must not be: pc2 10\.0\.0\.2$/m);
    await Deno.writeTextFile(`${lab.dir}/lab.check`, "no-pings\npc1 5 true\n");
    const quiet = await runLab(name, lab.dir, "--nodes", "1");
    assert.equal(quiet.reason, "success", describe(quiet));
  },
);

testLab("a device gets neither a file nor a disk of /shared beyond its limits", async (name) => {
  await using lab = await makeFolder();
  // A disk of its own, which is small enough to be filled.
  await run({ argv: ["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", lab.dir] });
  try {
    await Deno.writeTextFile(`${lab.dir}/lab.conf`, "pc1[0]=A\npc2[0]=A\npc2[mem]=64m\n");
    const up = await runLab(name, lab.dir, "--nodes", "1", "--keep");
    assert.equal(up.reason, "success", describe(up));
    const large = await runLab(name, "exec", "pc2", "head -c 50m /dev/zero >/shared/large");
    assert.notEqual(large.code, 0);
    assert.equal((await Deno.stat(`${lab.dir}/shared/large`)).size, 32 * 2 ** 20);
    // Whoever ends the device looks four times a second.
    const fill = "for i in $(seq 100); do head -c 1m /dev/zero; sleep 0.3; done >/shared/full";
    assert.notEqual((await runLab(name, "exec", "pc1", "bash", "-c", fill)).code, 0);
    assert.ok((await Deno.stat(`${lab.dir}/shared/full`)).size < 66 * 2 ** 20);
    assert.match((await runLab(name, "ps")).stdout, /^pc1 .* ended /m);
    assert.match(
      (await runLab(name, "exec", "pc1", "true")).stderr,
      /^Cannot enter pc1: it has ended: it was writing to \/shared, whose disk has only \d+ MiB left/,
    );
    assert.equal((await runLab(name, "exec", "pc2", "touch", "/shared/x")).code, 0);
    await runLab(name, "down");
  } finally {
    await run({ argv: ["umount", lab.dir] });
  }
});
