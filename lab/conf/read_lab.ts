// Reads a lab's folder and turns it into the plan of the lab: devices, nodes, LANs, expectations.
import { z } from "zod";
import { type DeviceConf, parseLabConf } from "./lab_conf.ts";
import { type Expectation, parseLabCheck } from "./lab_check.ts";
import { hashLab, type Lan, numberLans, PinnedLans } from "./lans.ts";
import { placeDevices } from "./placement.ts";

/** A lab that can be started. */
export interface Lab {
  /** Absolute path of the folder. */
  readonly dir: string;
  /** Stands for the lab where Kathara has its hash: namespace of the pods, suffix of the LANs. */
  readonly hash: string;
  readonly devices: readonly Device[];
  readonly expectations: readonly Expectation[];
  /** What the lab asks for and does not get, one line each. */
  readonly warnings: readonly string[];
}

export interface Device {
  readonly name: string;
  /** The worker that it runs on. */
  readonly node: string;
  readonly interfaces: readonly Interface[];
  /** Whether the lab's folder has a `DEVICE.startup`. */
  readonly startup: boolean;
  /** Whether the lab's folder has a folder `DEVICE`, laid over the device's file system. */
  readonly folder: boolean;
}

export interface Interface {
  readonly name: string;
  readonly lan: Lan;
  readonly mac?: string;
}

/** Where devices go: the workers' names, and pins `DEVICE=NODE`. */
export interface Placement {
  readonly nodes: readonly string[];
  readonly pins: readonly string[];
}

/** Reads the lab in a folder. Throws what is wrong with it, with file and line where there is one. */
export async function readLab(dir: string, { nodes, pins }: Placement): Promise<Lab> {
  const text = await readIfThere(`${dir}/lab.conf`);
  if (text === undefined) throw new Error(`Cannot start the lab: ${dir}/lab.conf is not there`);
  const conf = parseLabConf(text);
  if (conf.devices.length === 0) throw new Error("Cannot start the lab: lab.conf has no device");
  const names = conf.devices.map(({ name }) => name);
  const hash = hashLab(dir);
  const links = conf.devices.flatMap((device) => device.links);
  const lans = numberLans(links.map(({ lan }) => lan), hash, await readPinnedLans(dir));
  const homes = placeDevices(names, nodes, pins);
  const entries = await listEntries(dir);
  const check = await readIfThere(`${dir}/lab.check`);
  return {
    dir,
    hash,
    devices: conf.devices.map((device) => ({
      name: device.name,
      node: homes.get(device.name)!,
      interfaces: device.links.map(({ index, lan, mac }) => ({
        name: `eth${index}`,
        lan: lans.get(lan)!,
        ...(mac === undefined ? {} : { mac }),
      })),
      startup: entries.files.has(`${device.name}.startup`),
      folder: entries.folders.has(device.name),
    })),
    expectations: check === undefined ? [] : parseLabCheck(check, new Set(names)),
    warnings: findWarnings(conf.devices),
  };
}

/** One line for images, which are not used here, and one that names every other option. */
function findWarnings(devices: readonly DeviceConf[]): string[] {
  const names = new Set(devices.flatMap(({ options }) => options.map(({ name }) => name)));
  const others = [...names].filter((name) => name !== "image").sort();
  return [
    ...(names.has("image") ? ["image is ignored: devices use this machine's programs"] : []),
    ...(others.length > 0 ? [`options of lab.conf without effect here: ${others.join(", ")}`] : []),
  ];
}

async function readPinnedLans(dir: string): Promise<PinnedLans> {
  const text = await readIfThere(`${dir}/lans.json`);
  if (text === undefined) return {};
  const pinned = PinnedLans.safeParse(parseJson(text));
  if (pinned.success) return pinned.data;
  throw new Error(`lans.json: Cannot read it: ${z.prettifyError(pinned.error)}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`lans.json: Cannot read it: ${(cause as Error).message}`, { cause });
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

async function listEntries(dir: string): Promise<{ files: Set<string>; folders: Set<string> }> {
  const files = new Set<string>();
  const folders = new Set<string>();
  for await (const entry of Deno.readDir(dir)) {
    (entry.isDirectory ? folders : files).add(entry.name);
  }
  return { files, folders };
}
