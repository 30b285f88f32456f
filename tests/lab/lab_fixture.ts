// Runs the embedded lab as a user would, and tells what is left of it on the machine.
import assert from "node:assert/strict";
import { labDirOf, LABS_DIR, readRecord } from "../../lab/record.ts";
import type { Argv, Completed } from "../../shared/process/command.ts";
import { converse, run } from "../../shared/process/exec.ts";
import { eventually } from "../fixture/eventually.ts";
import { HOST_ARCH } from "../../tools/arch.ts";
import { ensureBuilt, programPath } from "../../tools/build.ts";
import { inCheckout, ROOT } from "../../tools/checkout.ts";

const LAB_TIMEOUT_MS = 180_000;
const NAMED = "attach connect detach down exec logs map ps restart save up".split(" ");
/** The executable that users have. */
export const LAB = programPath("lab", HOST_ARCH);
// This builds what is in the checkout now, also where a single file of tests is run.
await ensureBuilt([HOST_ARCH], { env: {}, log: console.error });

/** Runs `lab ...ARGS` to its end; `--name` is added. */
export async function runLab(name: string, ...args: string[]): Promise<Completed> {
  return await run({ argv: labArgv(name, args), timeoutMs: LAB_TIMEOUT_MS });
}

/** Runs `lab` in a folder as it is typed there, with a HOME of nobody's. */
export async function typeLab(
  dir: string,
  words: readonly string[],
  { lab = LAB, env = {} }: { readonly lab?: string; readonly env?: Record<string, string> } = {},
): Promise<Completed> {
  const variables = Object.entries({ NO_COLOR: "1", ...env }).map(([name, value]) =>
    `${name}=${value}`
  );
  const argv = ["env", "-C", dir, ...variables, lab, ...words] as const;
  return await run({ argv: [...argv], timeoutMs: LAB_TIMEOUT_MS });
}

/**
 * Types into bash on a terminal of its own: pairs of what is waited for (a regular expression of
 * Python) and what is typed then.
 */
export async function typeOnTerminal(
  steps: readonly (readonly [wanted: string, keys: string])[],
): Promise<Completed> {
  const script = `${ROOT}/tests/fixture/terminal.py`;
  return await run({ argv: ["python3", script, ...steps.flat()], timeoutMs: LAB_TIMEOUT_MS });
}

/** Runs `lab` where the labs' own directory has room for so many KiB only. */
export async function runLabInSmallSpace(
  kib: number,
  name: string,
  ...args: string[]
): Promise<Completed> {
  const script = `mount -t tmpfs -o size=${kib}k tmpfs ${LABS_DIR} && exec "$@"`;
  await Deno.mkdir(LABS_DIR, { recursive: true });
  const unshare = ["unshare", "--mount", "sh", "-c", script, "sh"] satisfies Argv;
  return await run({ argv: [...unshare, ...labArgv(name, args)], timeoutMs: LAB_TIMEOUT_MS });
}

/**
 * Starts a lab, and sends its runner a signal as soon as the runner has said what `cue` matches, or
 * a little later.
 */
export async function interruptLab(
  name: string,
  args: readonly string[],
  { cue, afterMs = 0 }: { readonly cue: RegExp; readonly afterMs?: number },
  signal: Deno.Signal,
): Promise<Completed> {
  const talk = converse({ argv: labArgv(name, args), timeoutMs: LAB_TIMEOUT_MS });
  assert.ok(talk !== undefined);
  let said = "";
  let line: string | undefined;
  while ((line = await talk.readLine("stderr")) !== undefined) {
    said += `${line}\n`;
    if (cue.test(line)) break;
  }
  const record = await readRecord(labDirOf(name));
  assert.ok(line !== undefined && record !== undefined, `the lab did not come to ${cue}:\n${said}`);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  Deno.kill(record.runner.pid, signal);
  return await talk.end();
}

function labArgv(name: string, args: readonly string[]): Argv {
  const [command, ...rest] = NAMED.includes(args[0] ?? "") ? args : ["up", ...args];
  return inCheckout(LAB, command!, "--name", name, ...rest);
}

/** Where the programs of a lab write on their nodes. */
const PLACES = ["/etc/frr", "/opt/cni", "/run/frr", "/run/megalos", "/var/log/frr", "/var/tmp/frr"];

/** What a lab could leave behind on the machine that it ran on. */
export interface Traces {
  readonly links: string[];
  readonly namespaces: string[];
  readonly mounts: string[];
  /** The files in {@link PLACES}. */
  readonly files: string[];
}

/** Looks for traces of labs; compare what is found before with what is found after. */
export async function findTraces(): Promise<Traces> {
  const [links, namespaces, mounts, files] = await Promise.all([
    listLines(["ip", "-brief", "link", "show"]),
    listLines(["ip", "netns", "list"]),
    listLines(["findmnt", "--noheadings", "--raw", "--output", "TARGET,FSTYPE,OPTIONS"]),
    run({ argv: ["find", ...PLACES] }).then(({ stdout }) => stdout.split("\n")),
  ]);
  return { links, namespaces, mounts, files };
}

/**
 * Processes of the host that have to do with the lab: its machines, and whatever is entering them.
 */
export async function findProcesses(name: string, machines: readonly number[]): Promise<string[]> {
  const processes = await listLines(["ps", "-e", "-o", "pid=,stat=,args="]);
  const entering = machines.map((pid) => `--target=${pid} `);
  return processes.filter((line) => {
    const [pid, stat = ""] = line.trim().split(/\s+/);
    // A zombie waits for the host's own init.
    if (stat.startsWith("Z")) return false;
    return machines.includes(Number(pid)) || line.includes(`${labDirOf(name)}/`) ||
      entering.some((target) => line.includes(target));
  });
}

/** The host's numbers of a lab's machines, while its record is there. */
export async function listMachines(name: string): Promise<number[]> {
  return (await readRecord(labDirOf(name)))?.machines.map(({ pid }) => pid) ?? [];
}

/**
 * Asserts that no process of a lab is there, nor its directory. A lab that is killed may be about
 * to start a machine. That process is in no record. It ends by itself, and that takes the moment in
 * which the kernel makes or takes back the machine's namespaces.
 */
export async function assertGone(name: string, machines: readonly number[] = []): Promise<void> {
  await eventually(
    async () => (await findProcesses(name, machines)).length === 0,
    10,
    async () => `${await findProcesses(name, machines)} is there`,
  );
  await assert.rejects(Deno.stat(labDirOf(name)), Deno.errors.NotFound);
}

const ignore = Deno.uid() !== 0;

/** Runs a test with a lab's name of its own, and compares the machine before and after. */
export function testLab(what: string, body: (name: string) => Promise<void>): void {
  Deno.test({
    name: ignore ? `${what} (cannot run: namespaces need root)` : what,
    ignore,
    async fn() {
      const name = `test-${crypto.randomUUID().slice(0, 8)}`;
      const before = await findTraces();
      try {
        await body(name);
      } finally {
        await takeDownAll(name);
      }
      assert.deepEqual(await findTraces(), before);
    },
  });
}

/**
 * Takes down what a test that has failed may have left: labs whose names begin with the test's
 * name.
 */
async function takeDownAll(prefix: string): Promise<void> {
  const labs = await Array.fromAsync(Deno.readDir(LABS_DIR)).catch(() => []);
  for (const { name } of labs) {
    if (name.startsWith(prefix)) await runLab(name, "down");
  }
  // A test may make this folder without a lab, so it is removed here. It stays where other labs are
  // up.
  await Deno.remove(LABS_DIR).catch(() => {});
}

async function listLines(argv: Argv): Promise<string[]> {
  const done = await run({ argv });
  assert.equal(done.reason, "success", `${argv.join(" ")}: ${done.stderr}`);
  return done.stdout.trimEnd().split("\n");
}
