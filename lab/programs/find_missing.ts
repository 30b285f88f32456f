// Finds the programs that a lab's startups want and this machine does not have.
import { PROGRAM_DIRS } from "../../shared/process/command.ts";
import type { Lab } from "../conf/read_lab.ts";
import { findPackage } from "./debian_packages.ts";
import { listCommands, type Words } from "./list_commands.ts";
import { findInLab, readScripts } from "./read_scripts.ts";

/** A program that the machine does not have, by name or path. */
export interface Missing {
  readonly program: string;
  /** The package that has the program; undefined where no such package is known. */
  readonly debianPackage: string | undefined;
  readonly devices: readonly string[];
}

/** Commands that bash has itself, as `compgen -bk` lists them. */
const BASH = new Set(
  (". : [ [[ alias bg bind break builtin caller case cd command compgen complete compopt continue coproc declare dirs " +
    "disown done do echo elif else enable esac eval exec exit export false fc fg fi for function getopts hash help " +
    "history if in jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return select set " +
    "shift shopt source suspend test then time times trap true type typeset ulimit umask unalias unset until wait while " +
    "{ } !").split(" "),
);

/**
 * Looks through the startups, the scripts that startups call, the `exec` lines and the lines of
 * lab.check.
 */
export async function findMissing(lab: Lab, skeleton: string): Promise<Missing[]> {
  const found = new Map<string, string[]>();
  for (const device of lab.devices) {
    const { name } = device;
    for (const program of listPrograms(await readScripts(lab, device))) {
      if (
        await isThere(
          program,
          (path) => [path, skeleton + path, `${lab.dir}/${findInLab(name, path)}`],
        )
      ) continue;
      found.set(program, [...found.get(program) ?? [], name]);
    }
  }
  return [...found].map(([program, devices]) => ({
    program,
    debianPackage: findPackage(program),
    devices,
  }));
}

/** Names in one line what is missing; undefined when nothing is missing. */
export function describeMissing(missing: readonly Missing[]): string | undefined {
  if (missing.length === 0) return undefined;
  const items = missing.map(({ program, debianPackage, devices }) =>
    `${program} (${debianPackage ?? "no Debian package known"}; ${devices.join(", ")})`
  );
  const hint = missing.some(({ debianPackage }) => debianPackage !== undefined)
    ? "; --install installs packages"
    : "";
  return `programs that startups use and that are not installed: ${items.join(", ")}${hint}`;
}

/**
 * Names and absolute paths of the programs that a script runs. The init scripts of services are
 * among them.
 */
export function listPrograms(script: string): Set<string> {
  const commands = listCommands(script);
  const functions = new Set(
    Array.from(script.matchAll(/(?<![\w-])([\w-]+)\s*\(\)/g), ([, name]) => name!),
  );
  return new Set(commands.flatMap(listProgramsOf)).difference(BASH).difference(functions);
}

function listProgramsOf([program, ...args]: Words): string[] {
  if (program === undefined || !/^[\w./+-]+$/.test(program) || !/[A-Za-z]/.test(program)) return [];
  // Where a path that does not begin at the root leads depends on the script's current folder.
  if (program.includes("/") && !program.startsWith("/")) return [];
  const [first, second] = args;
  if (program === "systemctl" && (first === "start" || first === "restart")) {
    return args.slice(1).flatMap((unit) => unit === undefined ? [] : listServices(unit));
  }
  if (program === "service" && first !== undefined && second !== undefined) {
    return listServices(first);
  }
  const script = program.startsWith(INIT_DIR) ? program.slice(INIT_DIR.length) : undefined;
  return script === undefined ? [program] : listServices(script);
}

const INIT_DIR = "/etc/init.d/";

/** Init scripts by the names of units that are called differently; see the skeleton's systemctl. */
const INIT_SCRIPTS: ReadonlyMap<string, string> = new Map(Object.entries({
  bind: "named",
  bind9: "named",
  dhcpd: "isc-dhcp-server",
  httpd: "apache2",
  openvswitch: "openvswitch-switch",
  quagga: "frr",
  sshd: "ssh",
  zebra: "frr",
}));

function listServices(unit: string): string[] {
  const name = unit.replace(/\.service$/, "");
  return name.startsWith("-") ? [] : [`${INIT_DIR}${INIT_SCRIPTS.get(name) ?? name}`];
}

async function isThere(
  program: string,
  listPlaces: (path: string) => readonly string[],
): Promise<boolean> {
  const paths = program.startsWith("/")
    ? [program]
    : PROGRAM_DIRS.map((dir) => `${dir}/${program}`);
  const places = paths.flatMap((path) => listPlaces(path));
  return (await Promise.all(places.map(exists))).some(Boolean);
}

/**
 * Whether a path exists. A link counts wherever it leads, because in a device it may lead
 * elsewhere.
 */
async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
