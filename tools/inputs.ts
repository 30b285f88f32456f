// One hash over all that a built program is made of: where the hash is the same, so is the program.
import { ROOT } from "./checkout.ts";
import { permissionFlags, type Program, type ProgramName, PROGRAMS } from "./permissions.ts";
import { DENO, DENORT, sha256 } from "./recover.ts";

const SETTINGS = ["deno.json", "deno.lock"];

/** Answers the hash in hexadecimal. `denort` is the caller's DENORT_BIN. */
export async function hashInputs(
  name: ProgramName,
  denort: string | undefined,
): Promise<string> {
  const { sources, carries = [] }: Program = PROGRAMS[name];
  const files = [...SETTINGS, ...sources.flatMap((dir) => Array.from(listSources(dir)))].sort();
  const contents = await Promise.all(
    files.map((file) => Deno.readTextFile(`${ROOT}/${file}`).catch(() => "")),
  );
  const flags = [name, ...carries].map((one) => {
    const { may, v8Flags } = PROGRAMS[one];
    return [permissionFlags(may), v8Flags];
  });
  const made = { deno: Deno.version.deno, denort, pins: [DENO, DENORT], flags, files, contents };
  return await sha256(new TextEncoder().encode(JSON.stringify(made)));
}

/** Every file under a folder of the checkout that is no test. */
function* listSources(dir: string): Generator<string> {
  for (const entry of Deno.readDirSync(`${ROOT}/${dir}`)) {
    const path = `${dir}/${entry.name}`;
    if (entry.isDirectory) yield* listSources(path);
    else if (!entry.name.endsWith("_test.ts")) yield path;
  }
}
