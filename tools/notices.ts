// The licences of the libraries that are in the programs: who gets a program gets them, too.
import { downloadEnv, inCheckout, must, type ToolContext } from "./checkout.ts";
import { type Program, type ProgramName, PROGRAMS } from "./permissions.ts";

/** Files of a package that say under which terms it is given. */
const NOTICE = /^(licen[cs]e|copying|notice)(\.(md|txt))?$/i;

/** A library, as `deno info --json` tells of it. */
interface Library {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
  /** Its folder in Deno's cache. */
  readonly localPath: string;
}

/** Part of what `deno info --json` answers. */
export interface ModuleInfo {
  readonly modules: readonly { readonly kind?: string; readonly npmPackage?: string }[];
  /** By name and version; of the whole lock file, not of these modules alone. */
  readonly npmPackages: Readonly<Record<string, Library>>;
}

/** The libraries that the modules import, and those that these need, each once and by name. */
export function findLibraries(infos: readonly ModuleInfo[]): Library[] {
  const found = new Map<string, Library>();
  for (const { modules, npmPackages } of infos) {
    const keys = modules.flatMap(({ npmPackage }) => npmPackage === undefined ? [] : [npmPackage]);
    for (const key of keys) {
      const library = npmPackages[key];
      if (library === undefined || found.has(key)) continue;
      found.set(key, library);
      keys.push(...library.dependencies);
    }
  }
  return [...found.values()].toSorted((one, other) => one.name < other.name ? -1 : 1);
}

/**
 * All licences as one text.
 * @throws {Error} where a library has none
 */
export async function collectNotices(
  names: readonly ProgramName[],
  context: ToolContext,
): Promise<string> {
  const mains = names.flatMap((name) => {
    const { main, page }: Program = PROGRAMS[name];
    return page === undefined ? [main] : [main, page];
  });
  const infos = await Promise.all(mains.map((main) => readInfo(main, context)));
  const texts = await Promise.all(findLibraries(infos).map(describeLibrary));
  return `Megalos contains these libraries.\n\n${texts.join("\n\n")}\n`;
}

async function readInfo(main: string, context: ToolContext): Promise<ModuleInfo> {
  const argv = inCheckout(Deno.execPath(), "info", "--json", main);
  const env = downloadEnv(context);
  return JSON.parse((await must(`list the libraries of ${main}`, { argv, env }, context)).stdout);
}

async function describeLibrary({ name, version, localPath }: Library): Promise<string> {
  const files = Array.from(Deno.readDirSync(localPath), (entry) => entry.name)
    .filter((file) => NOTICE.test(file)).toSorted();
  if (files.length === 0) throw new Error(`Cannot find the licence of ${name} ${version}`);
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(`${localPath}/${file}`)));
  const title = `${name} ${version}`;
  return [title, "=".repeat(title.length), "", ...texts.map((text) => text.trim())].join("\n");
}
