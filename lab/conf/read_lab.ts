// Reads a lab's folder and turns it into the plan of the lab: devices, LANs, expectations.
import { cut, quote } from "../../shared/quote.ts";
import { type DeviceConf, parseLabConf } from "./lab_conf.ts";
import { type Expectation, parseLabCheck, parsePingRules, type PingRules } from "./lab_check.ts";
import { parseLabDep } from "./lab_dep.ts";
import { type CollisionDomain, hashLab, numberDomains, PinnedLans } from "./collision_domains.ts";
import { findSpecialFiles } from "./device_files.ts";
import { readLabFile } from "./lab_files.ts";
import { makeMac } from "./mac.ts";
import { refuseLinksOut } from "./links.ts";
import { type DeviceOptions, findOptionsWithoutEffect, readOptions } from "./options.ts";

/** A lab that can be started. */
export interface Lab {
  /** Absolute path of the folder. */
  readonly dir: string;
  /** Stands for the lab where Kathara uses its hash: namespace of the pods, suffix of the LANs. */
  readonly hash: string;
  /** `LAB_NAME` of lab.conf. */
  readonly title?: string;
  readonly devices: readonly Device[];
  readonly expectations: readonly Expectation[];
  readonly pings: PingRules;
  /** What the lab asks for and does not get, one line each. */
  readonly warnings: readonly string[];
}

export interface Device {
  readonly name: string;
  readonly interfaces: readonly Interface[];
  readonly options: DeviceOptions;
  /** Devices whose startups come before this device's. */
  readonly after: readonly string[];
  /** Whether anything is to run at the device's start: its own startup, the shared one, `exec`. */
  readonly startup: boolean;
  /** Whether anything is to run before the device ends. */
  readonly shutdown: boolean;
}

export interface Interface {
  readonly name: string;
  readonly lan: CollisionDomain;
  readonly mac?: string;
}

/**
 * Reads the lab in a folder. Throws what is wrong with the lab, with file and line where there is
 * one.
 */
export async function readLab(dir: string): Promise<Lab> {
  const text = await readLabFile(dir, "lab.conf");
  if (text === undefined) {
    const isThere = await Deno.lstat(`${dir}/lab.conf`).then(() => true, () => false);
    const why = isThere ? "no file of this folder" : "not there";
    throw new Error(`Cannot read the lab: ${dir}/lab.conf is ${why}`);
  }
  const conf = parseLabConf(text);
  if (conf.devices.length === 0) {
    throw new Error(`Cannot read the lab: ${dir}/lab.conf has no device`);
  }
  const names = conf.devices.map(({ name }) => name);
  const known = new Set(names);
  const hash = hashLab(dir);
  const links = conf.devices.flatMap((device) => device.links);
  await refuseLinksOut(dir, [
    ...["lab.dep", "lab.check", "lans.json", "shared"],
    ...names,
    ...["shared", ...names].flatMap((name) => [`${name}.startup`, `${name}.shutdown`]),
  ]);
  const lans = numberDomains(links.map(({ lan }) => lan), hash, await readPinnedLans(dir));
  const after = parseLabDep(await readLabFile(dir, "lab.dep") ?? "");
  const check = await readLabFile(dir, "lab.check") ?? "";
  const special = await findSpecialFiles(dir, names);
  const { files, folders } = await listEntries(dir);
  const has = (device: string, kind: "startup" | "shutdown") =>
    files.has(`${device}.${kind}`) || files.has(`shared.${kind}`);
  return {
    dir,
    hash,
    ...(conf.meta.LAB_NAME ? { title: conf.meta.LAB_NAME } : {}),
    devices: conf.devices.map((device) => {
      const options = readOptions(device);
      return {
        name: device.name,
        interfaces: device.links.map(({ index, lan, mac }) => ({
          name: `eth${index}`,
          lan: lans.get(lan)!,
          mac: mac ?? makeMac(hash, device.name, `eth${index}`),
        })),
        options,
        after: (after.get(device.name) ?? []).filter((name) => known.has(name)),
        startup: has(device.name, "startup") || options.exec.length > 0,
        shutdown: has(device.name, "shutdown"),
      };
    }),
    expectations: parseLabCheck(check, known),
    pings: parsePingRules(check, known),
    warnings: [
      ...findOptionsWithoutEffect(conf.devices),
      ...findGaps(conf.devices),
      ...findStrays([...files], known),
      ...await findStrayFolders(dir, folders.filter((name) => !known.has(name))),
      ...special.map((path) => `${path} is neither a file nor a folder, and is left out`),
      ...(files.has("lab.ext")
        ? ["lab.ext has no effect here: no LAN reaches a network of this machine"]
        : []),
      ...new Set([...after].flat(2)).difference(known).values()
        .map((name) => `${name} of lab.dep is no device of lab.conf`),
    ],
  };
}

/** Names scripts of devices that lab.conf does not have. Mostly such a name was mistyped. */
function findStrays(entries: readonly string[], known: ReadonlySet<string>): string[] {
  return entries.filter((entry) => {
    const device = /^(.+)\.(startup|shutdown)$/.exec(entry)?.[1];
    return device !== undefined && device !== "shared" && !known.has(device);
  }).sort().map((entry) => `${entry} is of no device of lab.conf`);
}

/** Folders that a device's root has. A lab's other folders hold what they like. */
const OF_A_ROOT = new Set(["bin", "etc", "home", "opt", "root", "sbin", "srv", "usr", "var"]);

/** Names folders that look like those of devices, which lab.conf does not have. */
async function findStrayFolders(dir: string, folders: readonly string[]): Promise<string[]> {
  const strays: string[] = [];
  for (const name of folders.filter((folder) => folder !== "shared")) {
    const entries = await Array.fromAsync(Deno.readDir(`${dir}/${name}`)).catch(() => []);
    if (entries.some((entry) => entry.isDirectory && OF_A_ROOT.has(entry.name))) strays.push(name);
  }
  return strays.sort().map((name) => `the folder ${name}/ is of no device of lab.conf`);
}

/**
 * Kathara refuses a device whose interfaces are not numbered 0, 1, 2, ...; here a device has the
 * interfaces that are given.
 */
function findGaps(devices: readonly DeviceConf[]): string[] {
  const names = devices.filter(({ links }) => links.some(({ index }, at) => index !== at))
    .map(({ name }) => name);
  if (names.length === 0) return [];
  return [`interfaces with numbers left out, which Kathara refuses: ${names.join(", ")}`];
}

async function readPinnedLans(dir: string): Promise<PinnedLans> {
  const text = await readLabFile(dir, "lans.json");
  if (text === undefined) return {};
  const pinned = PinnedLans.safeParse(parseJson(text));
  if (pinned.success) return pinned.data;
  const [issue] = pinned.error.issues;
  const where = cut((issue?.path ?? []).join("."));
  throw new Error(`lans.json: Cannot read ${where === "" ? "it" : where}: ${issue?.message}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`lans.json: Cannot read it: ${quote(text)} is no JSON`, { cause });
  }
}

/** The names in the lab's folder. Links count as files. */
async function listEntries(
  dir: string,
): Promise<{ readonly files: ReadonlySet<string>; readonly folders: readonly string[] }> {
  const entries = await Array.fromAsync(Deno.readDir(dir));
  const files = entries.filter(({ isFile, isSymlink }) => isFile || isSymlink);
  return {
    files: new Set(files.map(({ name }) => name)),
    folders: entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => name),
  };
}
