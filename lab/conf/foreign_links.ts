// Finds links in a lab's device folders that lead out of the lab.

/**
 * Throws for the first link whose target exists outside of the lab, because Kathara would copy that
 * target into the device. A link whose target does not exist here is the device's own.
 */
export async function refuseForeignLinks(dir: string, devices: readonly string[]): Promise<void> {
  const lab = await Deno.realPath(dir);
  for (const device of devices) {
    for await (const link of listLinks(`${dir}/${device}`)) {
      const target = await Deno.realPath(link).catch(() => undefined);
      if (target === undefined || `${target}/`.startsWith(`${lab}/`)) continue;
      throw new Error(
        `Cannot read the lab: ${link.slice(dir.length + 1)} is a link to ${target}, ` +
          `which is outside of the lab`,
      );
    }
  }
}

async function* listLinks(folder: string): AsyncGenerator<string> {
  try {
    for await (const { name, isSymlink, isDirectory } of Deno.readDir(folder)) {
      if (isSymlink) yield `${folder}/${name}`;
      else if (isDirectory) yield* listLinks(`${folder}/${name}`);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    // A lab may hold a file that has a device's name.
    if (error instanceof Deno.errors.NotADirectory) return;
    throw error;
  }
}
