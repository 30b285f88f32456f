// What kernel modules need of each other, as depmod(8) wrote it down, and the files below a folder.

/**
 * The files of modules and of all that they need, by modules.dep(5), in no order.
 * Names that are no module's are passed over: what a kernel has built in is no file.
 */
export function moduleClosure(modulesDep: string, names: readonly string[]): string[] {
  const needs = new Map<string, string>();
  const byName = new Map<string, string>();
  for (const line of modulesDep.split("\n")) {
    const [file = "", rest = ""] = line.split(":");
    needs.set(file, rest);
    byName.set(file.replace(/^.*[/]|[.]ko$/g, "").replaceAll("-", "_"), file);
  }
  const wanted = names.map((name) => byName.get(name)).filter((file) => file !== undefined);
  // A line has all that a module needs, not only what it needs itself.
  return [...new Set(wanted.flatMap((file) => [file, ...needs.get(file)!.trim().split(" ")]))]
    .filter((file) => file !== "");
}

/**
 * The paths of all files below a folder, relative to the folder. With `folders` its folders are
 * among them, each before what it holds.
 */
export function listFiles(dir: string, folders = false, below = ""): string[] {
  return Array.from(Deno.readDirSync(`${dir}/${below}`)).flatMap(({ name, isDirectory }) => {
    const path = `${below}${name}`;
    if (!isDirectory) return [path];
    return [...folders ? [path] : [], ...listFiles(dir, folders, `${path}/`)];
  });
}
