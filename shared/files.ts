// Files that others read while they are written: never half a file, never a file that is busy.

/** Writes beside and renames: whoever opens `path` sees the old content or the new, whole. */
export async function writeByRename(
  path: string,
  content: string | Uint8Array,
  mode: number,
): Promise<void> {
  const beside = `${path}.new`;
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  await Deno.writeFile(beside, bytes, { mode });
  // The umask changes the mode above, and a file that a crash has left keeps its own.
  await Deno.chmod(beside, mode);
  await Deno.rename(beside, path);
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
