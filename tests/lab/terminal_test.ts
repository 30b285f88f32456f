// The lab on a real terminal: stopped commands, a table that is kept up to date, windows of tmux.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { eventually } from "../fixture/eventually.ts";
import { makeFolder } from "../fixture/folder.ts";
import { LAB, runLab, testLab, typeLab, typeOnTerminal } from "./lab_fixture.ts";

testLab(
  "Ctrl-Z stops a command in a device, fg goes on with it, and Ctrl-C ends it",
  async (name) => {
    await using labs = await makeFolder({ "lab.conf": "pc1[0]=A\n" });
    const lab = (...[command, ...words]: [string, ...string[]]) =>
      typeLab(labs.dir, [command, "--name", name, ...words]);
    await lab("up", "--keep", "--nodes", "1");
    const exec = `${LAB} exec --name ${name} pc1`;
    // bash names the command before it wakes it, and the kernel drops a Ctrl-Z that comes between.
    const isAwake = `exec --name ${name}.*\\r\\n[\\s\\S]*?tick`;
    const steps: [string, string][] = [
      ["[#$] ", `${exec} sh -c "while sleep 0.2; do echo ti''ck; done"\\n`],
      ["tick", "\\x1a"],
      ["Stopped.*\\r\\n.*[#$] ", "echo a''live\\n"],
      ["alive", "fg\\n"],
      // Twice: whoever wakes it must not be put to sleep by the first time.
      [isAwake, "\\x1a"],
      ["Stopped.*\\r\\n.*[#$] ", "fg\\n"],
      [isAwake, "\\x03"],
      ["[#$] ", "echo co''de=$?\\n"],
      ["code=130", "exit\\n"],
    ];
    const done = await typeOnTerminal(steps);
    assert.equal(done.reason, "success", describe(done));
    await lab("down");
  },
);

testLab("`ps --watch` shows the devices again and again, until Ctrl-C", async (name) => {
  await using labs = await makeFolder({ "lab.conf": "pc1[0]=A\n" });
  await runLab(name, labs.dir, "--keep", "--nodes", "1");
  const done = await typeOnTerminal([
    ["[#$] ", `${LAB} ps --watch --name ${name}; echo co''de=$?\\n`],
    ["pc1 +n1 +eth0[\\s\\S]*\\x1b\\[2J[\\s\\S]*pc1 +n1 +eth0", "\\x03"],
    ["[#$] ", "echo co''de=$?\\n"],
    ["code=130", "exit\\n"],
  ]);
  assert.equal(done.reason, "success", describe(done));
  await runLab(name, "down");
});

/** Arguments: command. /usr/bin seems to have no tmux. */
const WITHOUT_TMUX = `
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work
mount -t overlay -o lowerdir=/usr/bin,upperdir=/mnt/upper,workdir=/mnt/work overlay /usr/bin
rm /usr/bin/tmux
exec "$@"
`;

testLab("--tmux opens a window for each device, and says where tmux is missing", async (name) => {
  const unshare = ["unshare", "--mount", "sh", "-euc", WITHOUT_TMUX, "sh"] as const;
  const without = await run({ argv: [...unshare, LAB, "up", "--tmux"], timeoutMs: 60_000 });
  assert.equal(without.code, 1);
  assert.match(
    without.stderr,
    /^Cannot open windows: tmux is not installed; `\S+ install tmux` installs it\n$/,
  );

  await using labs = await makeFolder({ "lab.conf": "pc1[0]=A\npc2[0]=A\n" });
  await using sockets = await makeFolder();
  const env = { TMUX_TMPDIR: sockets.dir };
  const tmux = async (...words: string[]) => await run({ argv: ["tmux", ...words], env });
  const up = await typeLab(labs.dir, ["up", "--tmux", "--nodes", "1", "--name", name], { env });
  assert.equal(up.reason, "success", describe(up));
  assert.match(up.stderr, new RegExp(`^Its windows: tmux attach-session -t lab-${name}$`, "m"));
  const windows = await tmux("list-windows", "-t", `lab-${name}`, "-F", "#{window_name}");
  assert.equal(windows.stdout, "pc1\npc2\n", describe(windows));
  await tmux("send-keys", "-t", `lab-${name}:pc2`, "hostname; echo do''ne", "Enter");
  await eventually(
    async () => /^pc2\ndone$/m.test((await tmux("capture-pane", "-pt", `lab-${name}:pc2`)).stdout),
    20,
    async () => (await tmux("capture-pane", "-pt", `lab-${name}:pc2`)).stdout,
  );
  await runLab(name, "down");
  // The windows end with their shells, and the server with its windows.
  await eventually(async () => (await tmux("list-sessions")).reason !== "success", 20, "");
});
