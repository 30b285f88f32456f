// Reads what a device runs by itself: its startup, and the scripts of the lab that this calls.
import { readLabFile } from "../conf/lab_files.ts";
import type { Device, Lab } from "../conf/read_lab.ts";
import { listCommands } from "./list_commands.ts";

/** Programs that run the script that they are given. */
const SHELLS = new Set([".", "bash", "dash", "sh", "source"]);

/**
 * The text of a device's scripts, one after the other. A script that cannot be read is left out.
 */
export async function readScripts(lab: Lab, { name, options }: Device): Promise<string> {
  const checks = lab.expectations.filter(({ device }) => device === name)
    .map(({ command }) => command);
  const own = await Promise.all(["shared", name].map((of) => read(lab, `${of}.startup`)));
  const texts = [...own, ...options.exec, ...checks];
  const seen = new Set<string>();
  for (const text of texts) {
    for (const path of listCalled(text)) {
      if (seen.has(path)) continue;
      seen.add(path);
      texts.push(translateInterpreter(await read(lab, findInLab(name, path))));
    }
  }
  // ifup starts a DHCP client for such an interface.
  const interfaces = await read(lab, `${name}/etc/network/interfaces`);
  if (/^[ \t]*iface\s+\S+\s+inet6?\s+dhcp\b/m.test(interfaces)) texts.push("dhclient");
  return texts.join("\n");
}

/** Lists absolute paths of what may be scripts. */
function listCalled(text: string): string[] {
  return listCommands(text).flatMap(([program, ...args]) => {
    const called = program !== undefined && SHELLS.has(program.replace(/^.*\//, ""))
      ? args.find((word) => word === undefined || !word.startsWith("-"))
      : program;
    return called?.startsWith("/") ? [called] : [];
  });
}

/** The path from the lab's folder that has what a device has under an absolute path. */
export function findInLab(device: string, path: string): string {
  if (path.startsWith("/shared/")) return path.slice(1);
  if (path.startsWith("/hostlab/")) return path.slice("/hostlab/".length);
  return `${device}${path}`;
}

/**
 * A script of another interpreter counts as a call of that interpreter, because its text is not a
 * shell's.
 */
function translateInterpreter(text: string): string {
  const [, path = "", first] = /^#!\s*(\S+)(?:[ \t]+(\S+))?/.exec(text) ?? [];
  if (path === "") return text;
  const interpreter = path.endsWith("/env") ? first ?? "" : path;
  return SHELLS.has(interpreter.replace(/^.*\//, "")) ? text : interpreter;
}

async function read({ dir }: Lab, path: string): Promise<string> {
  return await readLabFile(dir, path).catch(() => undefined) ?? "";
}
