// A folder with given files for the length of a test.

/** Makes the files; those whose names end in `!` are executable and made without it. */
export async function makeFolder(
  files: Readonly<Record<string, string>> = {},
): Promise<AsyncDisposable & { readonly dir: string }> {
  const dir = await Deno.makeTempDir({ prefix: "megalos-lab-" });
  for (const [path, text] of Object.entries(files)) {
    const target = `${dir}/${path}`.replace(/!$/, "");
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(target, text);
    await Deno.chmod(target, path.endsWith("!") ? 0o755 : 0o644);
  }
  return { dir, [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }) };
}
