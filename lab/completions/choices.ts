// Lists the labs, devices and LANs that words of the command line may name.
import { readLab } from "../conf/read_lab.ts";
import { listLabs } from "../record.ts";
import { findLab } from "../running/find.ts";
import type { Terminal } from "../commands/terminal.ts";
import type { Given } from "../../shared/completions/complete.ts";

/** Choices that only the machine knows, and that the words given so far narrow down. */
export type Kind = "labs" | "devices" | "members" | "lans" | "examples" | "lab-devices";

/** Lists no choice where nothing can be found out, because whoever completes wants no errors. */
export async function listChoices(
  kind: Kind,
  given: Given,
  terminal: Pick<Terminal, "cwd" | "env" | "resolve" | "findFiles">,
): Promise<readonly string[]> {
  return await list(kind, given, terminal).catch(() => []);
}

async function list(
  kind: Kind,
  { options: { name, directory }, first }: Given,
  { cwd, env, resolve, findFiles }: Pick<Terminal, "cwd" | "env" | "resolve" | "findFiles">,
): Promise<readonly string[]> {
  if (kind === "labs") return await listLabs();
  if (kind === "examples") {
    const entries = await Array.fromAsync(Deno.readDir((await findFiles()).examples));
    return entries.filter(({ isDirectory }) => isDirectory).map((entry) => entry.name).sort();
  }
  if (kind === "lab-devices") {
    const own = resolve(directory ?? first ?? ".");
    const lab = await readLab(own).catch(() => readLab(cwd));
    return lab.devices.map((device) => device.name);
  }
  const { record } = await findLab({
    name: name ?? env.LAB_NAME,
    directory: directory === undefined ? undefined : resolve(directory),
    cwd,
  });
  const devices = record.devices.map((device) => device.name);
  if (kind === "devices") return devices;
  if (kind === "members") {
    const nodes = record.machines.map((machine) => machine.name);
    return [...devices, ...nodes.filter((node) => !devices.includes(node))];
  }
  const attachments = record.devices.filter((device) =>
    first === undefined || device.name === first
  )
    .flatMap((device) => device.attachments);
  return [...new Set(attachments.map(({ lan }) => lan))].sort();
}
