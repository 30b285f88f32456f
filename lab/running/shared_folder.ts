// The folder that all devices have as /shared: made in the lab's folder, as Kathara makes it.

/** Where the folder is made when the lab's folder cannot be written. */
const ELSEWHERE = "/var/tmp";

/**
 * Finds or makes the folder, and answers its absolute path. Throws when `shared` is no folder, or a
 * link that leads out of the lab.
 */
export async function provideShared(
  dir: string,
  lab: string,
  log: (line: string) => void,
): Promise<string> {
  const path = `${dir}/shared`;
  try {
    await Deno.mkdir(path);
    const { uid, gid } = await Deno.stat(dir);
    if (uid !== null && gid !== null) await Deno.chown(path, uid, gid);
    return path;
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) {
      const other = await Deno.makeTempDir({
        dir: ELSEWHERE,
        prefix: `megalos-lab-${lab}-shared-`,
      });
      await Deno.chmod(other, 0o755);
      log(`Note: /shared is ${other}: ${(error as Error).message}`);
      return other;
    }
  }
  const [real, home] = await Promise.all([Deno.realPath(path).catch(() => ""), Deno.realPath(dir)]);
  if (!real.startsWith(`${home}/`)) {
    throw new Error(`Cannot start the lab: ${path} is a link that leads out of the lab`);
  }
  if (!(await Deno.stat(real)).isDirectory) {
    throw new Error(`Cannot start the lab: ${path} is no folder`);
  }
  return real;
}

/**
 * Removes the shared folder where it is outside of the lab's folder and empty. Otherwise this says
 * where it is.
 */
export async function leaveShared(
  path: string,
  dir: string,
  say: (line: string) => void,
): Promise<void> {
  if (!path.startsWith(`${ELSEWHERE}/megalos-lab-`) || path.startsWith(`${dir}/`)) return;
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) say(`What devices left in /shared is in ${path}`);
  }
}
