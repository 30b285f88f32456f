// The command `lab` as it is typed: the executable alone, copied anywhere, in any folder.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { CHECKOUT } from "../../lab/installation/checkout.ts";
import { harmless } from "../../shared/harmless.ts";
import { VERSION } from "../../shared/version.ts";
import { makeFolder } from "../fixture/folder.ts";
import { HOSTILE } from "../fixture/hostile.ts";
import { isPrivileged } from "../fixture/privileged.ts";
import { LAB, testLab, typeLab } from "./lab_fixture.ts";

Deno.test("lab says its version, its commands, and what a mistyped word may be", async () => {
  const version = await typeLab("/", ["--version"]);
  assert.match(
    version.stdout,
    new RegExp(`^lab ${RegExp.escape(VERSION)} \\(Deno .*, compiled\\)$`, "m"),
  );
  const help = (await typeLab("/", ["--help"])).stdout;
  for (const word of ["up", "lstart", "lclean", "linfo", "lrestart", "list", "wipe"]) {
    assert.match(help, new RegExp(`\\b${word}\\b`));
  }
  for (
    const [words, said] of [
      [["conect", "h1"], /unknown command 'conect'\n\(Did you mean connect\?\)/],
      [["constructor"], /unknown command 'constructor'/],
      [["__proto__"], /unknown command '__proto__'/],
      [["up", "--kep"], /unknown option '--kep'\n\(Did you mean --keep\?\)/],
      [["graph", "nosuch"], /^Cannot read the lab: \/nosuch\/lab\.conf is not there$/m],
      [
        ["graph", "--svg", "nosuch/x.svg"],
        /^Cannot write \/nosuch\/x\.svg: the folder \/nosuch is not there$/m,
      ],
    ] as const
  ) {
    const done = await typeLab("/", words);
    assert.equal(done.code, 1, describe(done));
    assert.match(done.stderr, said);
  }
});

Deno.test("what a lab's files and arguments say is in errors as question marks and escapes", async () => {
  await using folder = await makeFolder();
  for (const [name] of HOSTILE) {
    for (const file of [`${name}[0]=net1\n`, `pc1[0]=net1\npc1[${name}]="${name}"\n`]) {
      await Deno.writeTextFile(`${folder.dir}/lab.conf`, file);
      const { stderr, stdout } = await typeLab(folder.dir, ["graph"]);
      for (const line of `${stderr}${stdout}`.split("\n")) assert.equal(line, harmless(line));
    }
    // An argument has no half of a character.
    if (!name.isWellFormed()) continue;
    const { stderr } = await typeLab(folder.dir, ["graph", `--${name}`]);
    assert.match(stderr, /unknown option/);
    for (const line of stderr.split("\n")) assert.equal(line, harmless(line));
  }
});

Deno.test({
  name: "without root, each command that needs it says so in one sentence, and the others work" +
    (isPrivileged ? "" : " (cannot run: only root can become somebody else)"),
  ignore: !isPrivileged,
  async fn() {
    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] as const;
    await using home = await makeFolder();
    await Deno.chmod(home.dir, 0o777);
    // The checkout may lie where nobody but root can look.
    await Deno.copyFile(LAB, `${home.dir}/lab`);
    await Deno.chmod(`${home.dir}/lab`, 0o755);
    const env = ["env", "-C", home.dir, `HOME=${home.dir}`, `${home.dir}/lab`] as const;
    for (const words of [["up"], ["ps"], ["exec", "pc1", "true"], ["down"], ["save"], ["list"]]) {
      const done = await run({ argv: [...nobody, ...env, ...words] });
      assert.equal(done.code, 1);
      assert.match(done.stderr, /^Cannot run lab \w+: it needs root, .*; try: sudo \S+lab \w+\n$/);
    }
    const examples = await run({ argv: [...nobody, ...env, "examples"] });
    assert.match(examples.stdout, /^ospf-ring$/m, describe(examples));
    const graph = await run({ argv: [...nobody, ...env, "graph"] });
    assert.match(
      graph.stdout,
      /^net1 +pc1 eth0 10\.0\.0\.1\/24, pc2 eth0 10\.0\.0\.2\/24$/m,
      describe(graph),
    );
  },
});

/** Starts `$1` four times at once on a machine that has no cache, and no lab that is up. */
const FIRST_STARTS = `mount -t tmpfs tmpfs /var/cache && mount -t tmpfs tmpfs /run || exit
for at in 1 2 3 4; do "$1" examples >/var/cache/$at 2>&1 & done
wait
sort --unique /var/cache/?
ls -A /var/cache/megalos-lab`;

testLab("commands that unpack their files at the same time do not harm each other", async () => {
  const argv = ["unshare", "--mount", "sh", "-c", FIRST_STARTS, "sh", LAB] as const;
  const { stdout, stderr } = await typeLab("/", ["examples"]);
  const expected = (stdout + stderr).trimEnd().split("\n").toSorted();
  const done = await run({ argv: [...argv], timeoutMs: 180_000 });
  const lines = done.stdout.trimEnd().split("\n");
  assert.match(lines.pop() ?? "", /^[0-9a-f]{16}$/, describe(done));
  assert.deepEqual(lines.toSorted(), expected);
});

testLab("a copy on the PATH is all that is needed, in any lab's folder", async (name) => {
  await using bin = await makeFolder();
  await run({ argv: ["install", "-m755", LAB, `${bin.dir}/lab`] });
  await using labs = await makeFolder({
    "lab.conf": `LAB_NAME="${name} b"\npc1[0]=A\npc2[0]=A\npc3[0]=B\nn1[0]=B\n`,
    "pc1.startup": "ip address add 10.0.0.1/24 dev eth0\nfalse\n",
    "pc2.startup": "ip address add 10.0.0.2/24 dev eth0\n",
    "lab.check": "pc3 1 false\n",
  });
  const env = { PATH: `${bin.dir}:/usr/bin:/bin` };
  const lab = (...words: string[]) => typeLab(labs.dir, words, { lab: "lab", env });

  const up = await lab("lstart", "pc1", "pc2", "n1");
  assert.equal(up.reason, "success", describe(up));
  assert.match(up.stdout, /^pc1 .* up +10\.0\.0\.1\/24 +1\/1 ok$/m);
  assert.match(up.stdout, /^3 devices, 2 LANs; 1 ping ok, 0 failed; 1 startup with errors: pc1$/m);
  assert.match(up.stderr, /n1 is a device and a node: the node is node:n1/);
  assert.match(up.stderr, new RegExp(`${name}-b stays up.*: lab connect.* DEVICE$`, "m"));

  assert.match((await lab("exec", "pc1", "ping -c 1 10.0.0.2")).stdout, /1 received/);
  assert.equal((await lab("exec", "n1", "hostname")).stdout, "n1\n");
  assert.match((await lab("exec", "node:n1", "manager", "status")).stdout, /^worker: ready/);
  assert.match(
    (await lab("logs", "switch")).stderr,
    /^Cannot show the logs of switch: .*no service\n$/,
  );
  assert.match((await lab("list")).stdout, new RegExp(`^${name}-b  ${labs.dir}$`, "m"));
  const elsewhere = await typeLab("/", ["linfo", "-d", labs.dir, "--quiet"]);
  assert.equal(elsewhere.stdout, "pc1\npc2\nn1\n");
  const named = await typeLab("/", ["ps", "--quiet"], { env: { LAB_NAME: `${name}-b` } });
  assert.equal(named.stdout, "pc1\npc2\nn1\n");
  const states = (await lab("ps")).stdout;
  assert.match(states, /^pc1 .* up +10\.0\.0\.1\/24 +errors$/m);
  assert.match(states, /^pc2 .* up +10\.0\.0\.2\/24 +ok$/m);
  assert.match((await lab("lrestart", "pc2")).stderr, /pc2 was restarted$/m);

  const down = await typeLab("/", ["lclean", "-d", labs.dir]);
  assert.equal(down.reason, "success", describe(down));
  assert.match(down.stderr, new RegExp(`${name}-b is down: 3 devices `));
  assert.match((await lab("ps", "-d", ".")).stderr, /^Cannot choose a lab: that in .* is not up, /);
});

testLab(
  "devices come onto LANs and off them, and their MACs are the same each time",
  async (name) => {
    await using labs = await makeFolder({ "lab.conf": "pc1[0]=A\npc2[0]=B/02:00:00:00:00:2a\n" });
    const lab = (...[command, ...words]: [string, ...string[]]) =>
      typeLab(labs.dir, [command, "--name", name, ...words]);
    await lab("up", "--keep");
    const first = (await lab("ps")).stdout;
    assert.match(first, /^pc2 .* 02:00:00:00:00:2a +up/m);

    const attached = await lab("attach", "pc1", "B");
    assert.match(attached.stdout, /^pc1 eth1 is on B, MAC 02:/, describe(attached));
    await lab("exec", "pc1", "ip address add 10.0.0.1/24 dev eth1");
    await lab(
      "exec",
      "pc2",
      "ip address add 10.0.0.2/24 dev eth0; ip link set dev eth0 address 02:00:00:00:00:2b",
    );
    const ping = await lab(
      "exec",
      "pc1",
      "for i in {1..30}; do ping -n -c 1 -W 1 10.0.0.2 && exit; done; exit 1",
    );
    assert.match(ping.stdout, /1 received/, describe(ping));
    const now = (await lab("ps")).stdout;
    assert.match(now, /^pc1 .* eth1 +B .* up +10\.0\.0\.1\/24 +-$/m);
    assert.match(now, /^pc2 .* 02:00:00:00:00:2b +up +10\.0\.0\.2\/24 +-$/m);

    assert.match((await lab("attach", "pc2", "new")).stdout, /^pc2 eth1 is on new, MAC 02:/);
    assert.match((await lab("detach", "pc1", "B")).stdout, /^pc1 eth1 was on B and is gone\n$/);
    assert.equal((await lab("exec", "pc1", "ip", "link", "show", "dev", "eth1")).code, 1);
    assert.match(
      (await lab("detach", "pc1", "Z")).stderr,
      /^Cannot detach pc1 from Z: .*eth0 on A\n$/,
    );
    assert.match((await lab("attach", "pc9", "A")).stderr, /^Cannot attach pc9: .*pc1, pc2\n$/);
    await lab("down");

    await lab("up", "--keep");
    assert.equal((await lab("ps")).stdout, first);
    await lab("down");
  },
);

testLab("a node that has ended is said to be so", async (name) => {
  await using labs = await makeFolder({ "lab.conf": "pc1[0]=A\n" });
  const lab = (...[command, ...words]: [string, ...string[]]) =>
    typeLab(labs.dir, [command, "--name", name, ...words]);
  await lab("up", "--keep", "--nodes", "1");
  const record = JSON.parse(await Deno.readTextFile(`/run/megalos-lab/${name}/state.json`));
  const node = record.machines.find((machine: { name: string }) => machine.name === "n1");
  Deno.kill(node.pid, "SIGKILL");
  assert.match((await lab("ps")).stdout, /^pc1 +n1 +eth0 .* ended /m);
  assert.match((await lab("exec", "n1", "true")).stderr, /^Cannot enter n1: it has ended/);
  assert.match(
    (await lab("exec", "pc1", "true")).stderr,
    /^Cannot enter pc1: its node n1 has ended/,
  );
  assert.equal((await lab("down")).reason, "success");
});

/** A program of the table that devices have, which this machine does not have. */
async function findAbsent(): Promise<readonly [program: string, debianPackage: string]> {
  const table = await Deno.readTextFile(
    `${CHECKOUT.skeleton}/usr/lib/megalos-lab/packages.txt`,
  );
  for (const line of table.trimEnd().split("\n")) {
    const [debianPackage = "", program = ""] = line.split(/: | /);
    if (program.startsWith("/")) continue;
    const which = await run({ argv: ["sh", "-c", 'command -v "$1"', "sh", program] });
    if (which.reason !== "success") return [program, debianPackage];
  }
  throw new Error("this machine has every program of the table");
}

testLab(
  "a missing program is explained, and is found as soon as it is installed",
  async (name) => {
    await using labs = await makeFolder({ "lab.conf": "pc1[0]=A\n" });
    const lab = (...[command, ...words]: [string, ...string[]]) =>
      typeLab(labs.dir, [command, "--name", name, ...words]);
    await lab("up", "--keep", "--nodes", "1");
    const [program, debianPackage] = await findAbsent();
    const word = await lab("exec", "pc1", program);
    assert.equal(word.code, 127, describe(word));
    assert.match(
      word.stderr,
      new RegExp(`^The Debian package ${debianPackage} has it: \\S+ install ${program}$`, "m"),
    );
    const explained = new RegExp(`package ${debianPackage} has it.*: lab install ${program}$`, "m");
    assert.match((await lab("exec", "pc1", `${program} x; true`)).stderr, explained);
    assert.match((await lab("exec", "pc1", "bash", "-ic", program)).stderr, explained);

    const installed = `megalos-test-${crypto.randomUUID()}`;
    const path = `/usr/local/bin/${installed}`;
    assert.equal((await lab("exec", "pc1", installed)).code, 127);
    try {
      await Deno.copyFile("/bin/true", path);
      assert.equal((await lab("exec", "pc1", installed)).code, 0);
    } finally {
      await Deno.remove(path);
    }
    const there = await typeLab("/", ["install", "ip", "ping"]);
    assert.equal(there.stderr, "Installed: iproute2 iputils-ping\n");
    assert.match(
      (await typeLab("/", ["install", "no/such"])).stderr,
      /^Cannot install no\/such: it is no name of a program or a Debian package$/m,
    );
    await lab("down");
  },
);
