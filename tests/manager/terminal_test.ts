// What the manager shows on a terminal: colours, a picture that is drawn again, events that come.
import assert from "node:assert/strict";
import { harmless } from "../../shared/harmless.ts";
import { converse } from "../../shared/process/exec.ts";
import { eventually } from "../fixture/eventually.ts";
import { HOSTILE } from "../fixture/hostile.ts";
import { MANAGER } from "../fixture/manager.ts";
import { LANS } from "../fixture/bare_node.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { callOn, startResidentNode } from "../fixture/resident_node.ts";
import type { Node } from "../fixture/cluster.ts";

const GREEN = "\x1b[32m";
const CLEAR = "\x1b[H\x1b[2J";
const CTRL_C = "\x03";
/** One name that has it all, but for half a character, which is nothing in an argument. */
const HURTS = HOSTILE.map(([name]) => name).filter((name) => name.isWellFormed()).join("");

/** A command on a terminal of its own. */
function onTerminal(node: Node, words: string, env: Readonly<Record<string, string>> = {}) {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  // The shell that script(1) starts would be ended by Ctrl-C, too.
  const command = `exec ${words}`;
  const script = ["script", "--quiet", "--return", "--flush", "--command", command, "/dev/null"];
  const argv = [...node.enter, "env", ...variables, ...script] as const;
  const talk = converse({ argv: [...argv], timeoutMs: 120_000 });
  assert.ok(talk !== undefined, "nsenter is not installed");
  return talk;
}

async function seenOnTerminal(...args: Parameters<typeof onTerminal>): Promise<string> {
  const { stdout, code } = await onTerminal(...args).end();
  assert.equal(code, 0, stdout);
  return stdout;
}

function assertPlain(text: string): void {
  assert.ok(!text.includes("\x1b"), JSON.stringify(text));
}

testAsRoot("no error, log or event takes a name to a terminal as it is", async () => {
  await using worker = await startResidentNode();
  const { node } = worker;
  const assertHarmless = (text: string) =>
    text.split(/\r?\n/).forEach((line) => assert.equal(line, harmless(line)));
  // Runtimes show what an answer says, and Kubernetes in a pod's events.
  const config = { name: HURTS, suffix: HURTS, vxlanId: 10 };
  for (const given of [{ config }, { netns: HURTS }, { args: HURTS }, { ifname: HURTS }]) {
    const { stdout } = await callOn(node, { verb: "ADD", container: "pc1", ...given });
    const { msg, details = "" } = JSON.parse(stdout);
    assert.match(msg, /^Cannot /);
    assertHarmless(`${msg}${details}`);
  }
  const isOpen = async () => (await node.run(["test", "-e", "/run/megalos/door.json"])).code === 0;
  await eventually(isOpen, 20, () => `the manager takes no questions\n${worker.manager.log}`);
  const { stdout } = await onTerminal(node, `${MANAGER} lan '${HURTS}'`).end();
  assert.match(stdout, /^Cannot show LAN "/);
  assertHarmless(stdout);
  const events = await seenOnTerminal(node, `${MANAGER} events`);
  assert.match(events, /name is "/);
  assertHarmless(events);
  assert.match(worker.manager.log, /name is "/);
  assertHarmless(worker.manager.log);
});

testAsRoot("colours are a terminal's alone; --watch and --follow go on until Ctrl-C", async () => {
  await using worker = await startResidentNode();
  const { node } = worker;
  const called = await callOn(node, {
    ...{ verb: "ADD", container: "pc1", ifname: "eth0", netns: "/run/netns/pod" },
    args: "K8S_POD_NAMESPACE=lab;K8S_POD_NAME=pc1",
    config: { name: "net1", suffix: "ntwork", vxlanId: 10 },
  });
  assert.equal(called.exitCode, 0, called.stdout);
  const row = /pc1 +eth0/;
  await eventually(
    async () => row.test((await node.run([MANAGER, "devices"])).stdout),
    30,
    "the device is not shown",
  );
  assertPlain(await node.must(MANAGER, "devices"));
  const words = `${MANAGER} devices`;
  const coloured = await seenOnTerminal(node, words);
  assert.match(coloured, row);
  assert.ok(coloured.includes(GREEN), JSON.stringify(coloured));
  assertPlain(await seenOnTerminal(node, words, { NO_COLOR: "1" }));
  assertPlain(await seenOnTerminal(node, `${words} --json`));

  // Each picture begins where the last one did. A change is seen without another command.
  for (const [what, wanted] of [["devices", row], ["lans", /net1/], ["nodes", /w1/]] as const) {
    const watching = onTerminal(node, `${MANAGER} ${what} --watch`);
    let pictures = 0;
    let isShown = false;
    while (pictures < 2 || !isShown) {
      const line = await watching.readLine("stdout");
      assert.ok(line !== undefined, `${what} --watch has ended`);
      if (line.includes(CLEAR)) pictures++;
      if (wanted.test(line)) isShown = true;
    }
    await watching.write(CTRL_C);
    const { code, stdout } = await watching.end();
    assert.equal(code, 0, stdout);
  }
  const following = onTerminal(node, `${MANAGER} events --follow`);
  const follow = async (wanted: RegExp) => {
    for (let line = ""; !wanted.test(line);) {
      const next = await following.readLine("stdout");
      assert.ok(next !== undefined, `events --follow has ended before ${wanted}`);
      line = next;
    }
  };
  await follow(/ w1 info calls are answered here/);
  // What is told later is printed as well.
  await node.must("nsenter", `--net=${LANS}`, "ip", "link", "delete", "dev", "net1-ntwork");
  await follow(/ w1 warn LAN net1-ntwork \(VNI 10\) mended: /);
  await following.write(CTRL_C);
  const followed = await following.end();
  assert.equal(followed.code, 0, followed.stdout);
  const piped = await node.run(["timeout", "--signal=INT", "5", MANAGER, "lans", "--watch"]);
  assertPlain(piped.stdout);
});
