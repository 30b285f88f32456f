// Runs the embedded lab as a user would, and tells what is left of it on the machine.
import assert from "node:assert/strict";
import { labDirOf, readRecord } from "../lab/lab_record.ts";
import type { Completed } from "../shared/command.ts";
import { converse, run } from "../shared/exec.ts";
import { inCheckout } from "../tools/checkout.ts";

const LAB_TIMEOUT_MS = 180_000;

/** `deno task lab ...ARGS`, run to its end; `--name` is added. */
export async function runLab(name: string, ...args: string[]): Promise<Completed> {
  return await run({ argv: labArgv(name, args), timeoutMs: LAB_TIMEOUT_MS });
}

/** Starts a lab, and sends its runner a signal as soon as it has said what `cue` matches. */
export async function interruptLab(
  name: string,
  args: readonly string[],
  cue: RegExp,
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
  Deno.kill(record.runner.pid, signal);
  return await talk.end();
}

function labArgv(name: string, [first, ...rest]: readonly string[]): [string, ...string[]] {
  const [command, ...args] = ["exec", "ps", "down"].includes(first ?? "")
    ? [first!, ...rest]
    : ["up", ...(first === undefined ? [] : [first]), ...rest];
  const program = [Deno.execPath(), "run", "--allow-all", "lab/main.ts"];
  return inCheckout(...program, command!, "--name", name, ...args);
}

/** What a lab could leave behind on the machine that it ran on. */
export interface Traces {
  readonly links: string[];
  readonly namespaces: string[];
  readonly mounts: string[];
  readonly labDirectory: boolean;
}

/** Looks for traces of the lab of that name; compare what is found before with what is found after. */
export async function findTraces(name: string): Promise<Traces> {
  const [links, namespaces, mounts, labDirectory] = await Promise.all([
    listLines(["ip", "-brief", "link", "show"]),
    listLines(["ip", "netns", "list"]),
    listLines(["findmnt", "--noheadings", "--raw", "--output", "TARGET,FSTYPE,OPTIONS"]),
    Deno.stat(labDirOf(name)).then(() => true, () => false),
  ]);
  return { links, namespaces, mounts, labDirectory };
}

/** Processes of the host that have to do with the lab: its machines, and whatever is entering them. */
export async function findProcesses(name: string, machines: readonly number[]): Promise<string[]> {
  const processes = await listLines(["ps", "-e", "-o", "pid=,stat=,args="]);
  const entering = machines.map((pid) => `--target=${pid} `);
  return processes.filter((line) => {
    const [pid, stat = ""] = line.trim().split(/\s+/);
    // A zombie waits for the host's own init.
    if (stat.startsWith("Z")) return false;
    return machines.includes(Number(pid)) || line.includes(labDirOf(name)) ||
      entering.some((target) => line.includes(target));
  });
}

async function listLines(argv: [string, ...string[]]): Promise<string[]> {
  const done = await run({ argv });
  assert.equal(done.reason, "success", `${argv.join(" ")}: ${done.stderr}`);
  return done.stdout.trimEnd().split("\n");
}
