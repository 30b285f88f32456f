// Looks through a lab's folder for what no device may have of it.

/**
 * Answers the paths of FIFOs, sockets and device nodes: right in the lab's folder, and in its
 * devices' folders. No device gets these.
 *
 * Throws for the first link of a device's folder whose target exists outside of the lab, because
 * Kathara would copy that target into the device. A link whose target does not exist here is the
 * device's own.
 */
export async function findSpecialFiles(dir: string, devices: readonly string[]): Promise<string[]> {
  const lab = await Deno.realPath(dir);
  const special: string[] = [];
  for await (const entry of Deno.readDir(dir)) {
    if (isSpecial(entry)) special.push(entry.name);
  }
  for (const device of devices) {
    for await (const { path, entry } of listEntries(`${dir}/${device}`)) {
      const name = path.slice(dir.length + 1);
      if (isSpecial(entry)) special.push(name);
      if (!entry.isSymlink) continue;
      const target = await Deno.realPath(path).catch(() => undefined);
      if (target === undefined || `${target}/`.startsWith(`${lab}/`)) continue;
      throw new Error(
        `Cannot read the lab: ${name} is a link to ${target}, which is outside of the lab`,
      );
    }
  }
  return special.sort();
}

function isSpecial({ isFile, isDirectory, isSymlink }: Deno.DirEntry): boolean {
  return !isFile && !isDirectory && !isSymlink;
}

/** Everything in a folder and its folders. Links are not followed. */
async function* listEntries(
  folder: string,
): AsyncGenerator<{ readonly path: string; readonly entry: Deno.DirEntry }> {
  try {
    for await (const entry of Deno.readDir(folder)) {
      const path = `${folder}/${entry.name}`;
      yield { path, entry };
      if (entry.isDirectory) yield* listEntries(path);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    // A lab may hold a file that has a device's name.
    if (error instanceof Deno.errors.NotADirectory) return;
    throw error;
  }
}
