// Files that others read while they are written: never half a file, never a file that is busy.

/** How often a file is begun anew that somebody else removes or makes at the same time. */
const TRIES = 20;

/**
 * Writes beside and renames: whoever opens `path` sees the old content or the new, whole. What lies
 * beside already, such as a link or what a crash has left, is removed and never written to.
 */
export async function writeByRename(
  path: string,
  content: string | Uint8Array,
  mode: number,
): Promise<void> {
  const beside = `${path}.new`;
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  for (let tries = 1;; tries++) {
    try {
      await Deno.writeFile(beside, bytes, { mode, createNew: true });
      // The umask changes the mode above.
      await Deno.chmod(beside, mode);
      return await Deno.rename(beside, path);
    } catch (error) {
      const isThere = error instanceof Deno.errors.AlreadyExists;
      // Not found: another writer has removed it.
      if (tries === TRIES || !isThere && !(error instanceof Deno.errors.NotFound)) throw error;
      if (isThere) await Deno.remove(beside).catch(() => {});
    }
  }
}

/** Does what {@link writeByRename} does, but only where that changes something. */
export async function updateFile(
  path: string,
  content: string,
  mode: number,
): Promise<"updated" | "unchanged"> {
  if (
    await readTextIfThere(path) === content && ((await Deno.stat(path)).mode ?? 0) % 0o1000 === mode
  ) return "unchanged";
  await writeByRename(path, content, mode);
  return "updated";
}

/** A file's text, or undefined where there is none. */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether something is there that this process may look at: a link counts by where it leads. */
export async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Given to `catch`: a file that is not there is no error. Throws every other one. */
export function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
