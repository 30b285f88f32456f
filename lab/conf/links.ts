// Refuses links by which a lab would take files of the machine for its own.

/**
 * Throws for the first entry of a lab's folder that is a link to something outside of that folder.
 * A link that leads nowhere is as good as absent.
 */
export async function refuseLinksOut(dir: string, names: readonly string[]): Promise<void> {
  const home = await Deno.realPath(dir);
  for (const name of names) {
    const target = await Deno.realPath(`${dir}/${name}`).catch(() => undefined);
    if (target === undefined || target.startsWith(`${home}/`)) continue;
    throw new Error(`Cannot read the lab: ${dir}/${name} is a link that leads out of the lab`);
  }
}
