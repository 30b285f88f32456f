// Brings FRR to a configuration: checked first, and applied only where the running one differs.
import { describe } from "../../shared/process/command.ts";
import { type Run, run } from "../../shared/process/exec.ts";
import { must, mustEnd } from "../../shared/process/must.ts";
import { updateFile, writeByRename } from "../../shared/files.ts";
import { hidePasswords, planPasswords } from "./passwords.ts";
import { planRouteMaps } from "./route_maps.ts";
import { vtysh } from "./vtysh.ts";
import { FRR_CONF } from "./start_files.ts";

/** Of root alone: a configuration may hold a password. */
const CONF_MODE = 0o640;
const RELOAD_TIMEOUT_MS = 60_000;

const COUNTING = `router bgp 1
 neighbor x peer-group
 address-family l2vpn evpn
  neighbor x maximum-prefix 1
 exit-address-family
`;

/** Whether this FRR can limit the routes of EVPN that a neighbor announces. */
export async function countsRoutes(): Promise<boolean> {
  const draft = `${FRR_CONF}.question`;
  await writeByRename(draft, COUNTING, CONF_MODE);
  try {
    return await isUnderstood(run, draft);
  } finally {
    await Deno.remove(draft);
  }
}

/**
 * Whether FRR's own parser understands each line of the file.
 * @throws {CutOff} when vtysh does not say so in time
 */
export async function isUnderstood(run: Run, file: string): Promise<boolean> {
  const { reason } = await mustEnd("ask what FRR understands", vtysh.checkFile(file), run);
  return reason === "success";
}

/**
 * Checks the text with FRR's own parser and writes it to where FRR reads it at its start.
 * @throws {Error} with vtysh's words when FRR does not understand a line
 */
export async function writeFrrConf(text: string): Promise<"updated" | "unchanged"> {
  const draft = `${FRR_CONF}.draft`;
  await writeByRename(draft, text, CONF_MODE);
  const checked = await run(vtysh.checkFile(draft));
  await Deno.remove(draft);
  if (checked.reason !== "success") {
    const said = hidePasswords(`${describe(checked)}${checked.stdout}`, text);
    throw new Error(`Cannot use the FRR configuration: ${said}`);
  }
  return await updateFile(FRR_CONF, text, CONF_MODE);
}

/**
 * Applies the written configuration to running daemons: not a word to FRR where it has it already.
 * Nobody else on the node can read a password: neither in a log, nor in the arguments of a program.
 * @throws {Error} when FRR refuses
 */
export async function applyFrrConf(text: string): Promise<"applied" | "unchanged"> {
  const running = await readRunning();
  if (isSameConfig(running, text)) return "unchanged";
  const lines = [...planPasswords(running, text), ...planRouteMaps(running, text)];
  if (lines.length > 0) {
    await applyLines(lines);
    if (isSameConfig(await readRunning(), text)) return "applied";
  }
  // Without --stdout it writes a log file that everybody may read.
  const reload = ["/usr/lib/frr/frr-reload.py", "--stdout", "--reload"] as const;
  const argv = ["python3", ...reload, FRR_CONF] as const;
  const done = await run({ argv, timeoutMs: RELOAD_TIMEOUT_MS });
  if (done.reason !== "success") {
    const said = hidePasswords(`${describe(done)}${done.stdout}`, text);
    throw new Error(`Cannot apply the FRR configuration: ${said}`);
  }
  return "applied";
}

/** Whether the running FRR has this configuration. */
export async function runs(text: string): Promise<boolean> {
  return isSameConfig(await readRunning(), text);
}

async function readRunning(): Promise<string> {
  return (await must("read FRR's configuration", vtysh.runningConfig())).stdout;
}

/** @throws {Error} when FRR refuses; what vtysh said is left out, for it repeats the line */
async function applyLines(lines: readonly string[]): Promise<void> {
  const file = `${FRR_CONF}.changes`;
  await writeByRename(file, lines.join("\n") + "\n", 0o600);
  const done = await run(vtysh.applyFile(file));
  await Deno.remove(file);
  if (done.reason === "success") return;
  const code = done.code ?? done.reason;
  throw new Error(`Cannot set passwords and route maps: vtysh has ended with ${code}`);
}

/**
 * Whether FRR's printed configuration and a written one say the same. FRR prints an order and a
 * frame of its own: they do not count.
 */
export function isSameConfig(running: string, written: string): boolean {
  const unsaid = unsaidBy(running);
  const [left, right] = [statements(running, unsaid), statements(written, unsaid)];
  return left.size === right.size && [...left].every((line) => right.has(line)) &&
    // A line counts in its own entry alone: one may be half made.
    planRouteMaps(running, written).length === 0;
}

/**
 * From 9.1 on these are FRR's defaults, and FRR never prints a default. (It does print "no ip nht
 * ...": that stays a difference.)
 */
const DEFAULTS_SINCE_9_1 = ["ip nht resolve-via-default", "ipv6 nht resolve-via-default"];

function unsaidBy(running: string): readonly string[] {
  const [, major = 0, minor = 0] = /^frr version (\d+)\.(\d+)/m.exec(running)?.map(Number) ?? [];
  return major > 9 || (major === 9 && minor >= 1) ? DEFAULTS_SINCE_9_1 : [];
}

// What FRR prints by itself: headings, version, host name, ends of blocks, the host's forwarding.
const FRAME = /^(!|Building |Current |frr |hostname |service |exit|end$|no ip(v6)? forwarding$)/;

function statements(text: string, unsaid: readonly string[]): Set<string> {
  return new Set(
    text.split("\n").map((line) => line.trim())
      .filter((line) => line !== "" && !FRAME.test(line) && !unsaid.includes(line)),
  );
}
