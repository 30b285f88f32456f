// The command `lab` as it is typed: the executable alone, copied anywhere, in any folder.
import assert from "node:assert/strict";
import { type Completed, describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { VERSION } from "../../shared/version.ts";
import { ROOT } from "../../tools/checkout.ts";
import { makeFolder } from "../fixture/folder.ts";
import { isPrivileged } from "../fixture/privileged.ts";
import { LAB, testLab } from "./lab_fixture.ts";

const TIMEOUT_MS = 180_000;

/** Runs `lab` in a folder, with a HOME of nobody's. */
async function type(
  dir: string,
  words: readonly string[],
  { lab = LAB, env = {} }: { readonly lab?: string; readonly env?: Record<string, string> } = {},
): Promise<Completed> {
  const variables = Object.entries({ NO_COLOR: "1", ...env }).map(([name, value]) =>
    `${name}=${value}`
  );
  const argv = ["env", "-C", dir, ...variables, lab, ...words] as const;
  return await run({ argv: [...argv], timeoutMs: TIMEOUT_MS });
}

Deno.test("lab says its version, its commands, and what a mistyped word may be", async () => {
  const version = await type("/", ["--version"]);
  assert.match(
    version.stdout,
    new RegExp(`^lab ${RegExp.escape(VERSION)} \\(Deno .*, compiled\\)$`, "m"),
  );
  const help = (await type("/", ["--help"])).stdout;
  for (const word of ["up", "lstart", "lclean", "linfo", "lrestart", "list", "wipe"]) {
    assert.match(help, new RegExp(`\\b${word}\\b`));
  }
  for (
    const [words, said] of [
      [["conect", "h1"], /unknown command 'conect'\n\(Did you mean connect\?\)/],
      [["up", "--kep"], /unknown option '--kep'\n\(Did you mean --keep\?\)/],
      [["graph", "nosuch"], /^Cannot read the lab: \/nosuch\/lab\.conf is not there$/m],
      [
        ["graph", "--svg", "nosuch/x.svg"],
        /^Cannot write \/nosuch\/x\.svg: the folder \/nosuch is not there$/m,
      ],
    ] as const
  ) {
    const done = await type("/", words);
    assert.equal(done.code, 1, describe(done));
    assert.match(done.stderr, said);
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
  const lab = (...words: string[]) => type(labs.dir, words, { lab: "lab", env });

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
  const elsewhere = await type("/", ["linfo", "-d", labs.dir, "--quiet"]);
  assert.equal(elsewhere.stdout, "pc1\npc2\nn1\n");
  const named = await type("/", ["ps", "--quiet"], { env: { LAB_NAME: `${name}-b` } });
  assert.equal(named.stdout, "pc1\npc2\nn1\n");
  assert.match((await lab("lrestart", "pc2")).stderr, /pc2 was restarted$/m);

  const down = await type("/", ["lclean", "-d", labs.dir]);
  assert.equal(down.reason, "success", describe(down));
  assert.match(down.stderr, new RegExp(`${name}-b is down: 3 devices `));
  assert.match((await lab("ps", "-d", ".")).stderr, /^Cannot choose a lab: that in .* is not up, /);
});

testLab(
  "devices come onto LANs and off them, and their MACs are the same each time",
  async (name) => {
    await using labs = await makeFolder({ "lab.conf": "pc1[0]=A\npc2[0]=B/02:00:00:00:00:2a\n" });
    const lab = (...[command, ...words]: [string, ...string[]]) =>
      type(labs.dir, [command, "--name", name, ...words]);
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
    assert.match(now, /^pc1 .* eth1 +B .* up +10\.0\.0\.1\/24$/m);
    assert.match(now, /^pc2 .* 02:00:00:00:00:2b +up +10\.0\.0\.2\/24$/m);

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

testLab(
  "what was changed in a device goes back into the lab's folder, and comes again",
  async (name) => {
    await using labs = await makeFolder({
      "lab.conf": "pc1[0]=A\npc2[0]=A\n",
      "pc1.startup": "echo startup > /etc/of-startup\n",
      "pc1/etc/motd": "old\n",
      "pc1/etc/kept": "kept\n",
    });
    await Deno.chown(labs.dir, 4242, 4243);
    const lab = (...[command, ...words]: [string, ...string[]]) =>
      type(labs.dir, [command, "--name", name, ...words]);
    await lab("up", "--keep");
    await lab(
      "exec",
      "pc1",
      "echo new > /etc/motd; mkdir -p /srv/a; echo 'a b' > '/srv/a/b c'; ln -s motd /etc/link; echo x > /etc/hosts; echo ls > /root/.bash_history",
    );
    const saved = await lab("save", "pc1");
    assert.equal(saved.reason, "success", describe(saved));
    assert.deepEqual(saved.stdout.trimEnd().split("\n").sort(), [
      "pc1/etc/link",
      "pc1/etc/motd",
      "pc1/srv/a/b c",
    ]);
    assert.equal(await Deno.readTextFile(`${labs.dir}/pc1/etc/motd`), "new\n");
    assert.equal((await Deno.stat(`${labs.dir}/pc1/srv/a/b c`)).uid, 4242);
    assert.match((await lab("save", "pc2")).stderr, /^Nothing has changed\.$/m);
    await lab("restart", "pc1");
    assert.equal((await lab("exec", "pc1", "cat", "/srv/a/b c")).stdout, "a b\n");
    await lab("down");
  },
);

testLab("a node that has ended is said to be so", async (name) => {
  await using labs = await makeFolder({ "lab.conf": "pc1[0]=A\n" });
  const lab = (...[command, ...words]: [string, ...string[]]) =>
    type(labs.dir, [command, "--name", name, ...words]);
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

testLab(
  "Ctrl-Z stops a command in a device, fg goes on with it, and Ctrl-C ends it",
  async (name) => {
    await using labs = await makeFolder({ "lab.conf": "pc1[0]=A\n" });
    const lab = (...[command, ...words]: [string, ...string[]]) =>
      type(labs.dir, [command, "--name", name, ...words]);
    await lab("up", "--keep", "--nodes", "1");
    const exec = `${LAB} exec --name ${name} pc1`;
    const steps = [
      ["[#$] ", `${exec} sh -c "echo be''gun; sleep 600"\\n`],
      ["begun", "\\x1a"],
      ["Stopped.*\\r\\n.*[#$] ", "echo a''live\\n"],
      ["alive", "fg\\n"],
      // Twice: whoever wakes it must not be put to sleep by the first time.
      [`exec --name ${name}.*\\r\\n`, "\\x1a"],
      ["Stopped.*\\r\\n.*[#$] ", "fg\\n"],
      [`exec --name ${name}.*\\r\\n`, "\\x03"],
      ["[#$] ", "echo co''de=$?\\n"],
      ["code=130", "exit\\n"],
    ];
    const done = await run({
      argv: ["python3", `${ROOT}/tests/fixture/terminal.py`, ...steps.flat()],
      timeoutMs: TIMEOUT_MS,
    });
    assert.equal(done.reason, "success", describe(done));
    await lab("down");
  },
);
