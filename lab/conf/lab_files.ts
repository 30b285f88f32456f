// Reads text files of a lab's folder, and nothing else that a lab may call by a file's name.

/**
 * The text of a file, by its path from the lab's folder. Answers undefined where the path leads to
 * no regular file, or out of the lab: whoever opens a FIFO may wait for ever.
 */
export async function readLabFile(dir: string, path: string): Promise<string | undefined> {
  try {
    const [home, real] = await Promise.all([Deno.realPath(dir), Deno.realPath(`${dir}/${path}`)]);
    if (!real.startsWith(`${home}/`) || !(await Deno.stat(real)).isFile) return undefined;
    return await Deno.readTextFile(real);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}
