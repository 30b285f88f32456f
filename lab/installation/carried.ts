// Unpacks what the compiled executable carries, once for each build of it; see tools/carry.ts.
import { ignoreMissing } from "../../shared/files.ts";
import { createHash } from "node:crypto";
import { z } from "zod";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { HOST_ARCH } from "../../tools/arch.ts";
import { listLabs } from "../record.ts";
import type { Installation } from "./installation.ts";

const Carried = z.object({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  common: z.int().min(0),
  programs: z.record(z.string().regex(/^[a-z]+$/), z.string()),
});
type Carried = z.infer<typeof Carried>;

/**
 * Unpacks what an executable carries. `executable` is the carrier's path. `cache` is a folder of
 * the user's own, which is made where it does not exist. Throws when something cannot be unpacked.
 */
export async function unpack(executable: string, cache: string): Promise<Installation> {
  const archive = await Deno.readFile(new URL(`./carried-${HOST_ARCH}.tar`, import.meta.url));
  const json = await untar(archive, ["--to-stdout", "./carried.json"]);
  const carried = Carried.parse(JSON.parse(json));
  const dir = `${cache}/${carried.id}`;
  if (!await isMarkedUsed(dir)) {
    await Deno.mkdir(cache, { recursive: true });
    await removeUnused(cache);
    const unfinished = await Deno.makeTempDir({ dir: cache, prefix: ".unpacking-" });
    try {
      await unpackInto(unfinished, archive, carried, executable);
      await Deno.rename(unfinished, dir);
    } catch (error) {
      await removeAll(unfinished);
      // Another process may have unpacked the same build first.
      if (!await isMarkedUsed(dir)) throw error;
    }
  }
  return { programs: dir, skeleton: `${dir}/skeleton`, examples: `${dir}/examples` };
}

async function unpackInto(
  dir: string,
  archive: Uint8Array<ArrayBuffer>,
  { common, programs }: Carried,
  executable: string,
): Promise<void> {
  await Deno.chmod(dir, 0o755);
  // The folder keeps its time of now: an old one is taken for unused.
  await untar(archive, ["--no-same-owner", "--touch", "-C", dir]);
  const runtime = new Uint8Array(common);
  using carrier = await Deno.open(executable);
  for (let at = 0; at < common;) {
    const count = await carrier.read(runtime.subarray(at));
    if (count === null) throw new Error(`Cannot unpack the lab: ${executable} is cut short`);
    at += count;
  }
  for (const [name, hash] of Object.entries(programs)) {
    const tail = await Deno.readFile(`${dir}/${name}.tail`);
    const found = createHash("sha256").update(runtime).update(tail).digest("hex");
    if (found !== hash) throw new Error(`Cannot unpack the lab: ${executable} is damaged`);
    using file = await Deno.open(`${dir}/${name}`, { write: true, createNew: true, mode: 0o755 });
    for (const part of [runtime, tail]) {
      for (let at = 0; at < part.length;) at += await file.write(part.subarray(at));
    }
    await Deno.remove(`${dir}/${name}.tail`);
  }
}

/**
 * An installation from which no lab has been started for so long is removed, unless a lab is up
 * that may be using it.
 */
const UNUSED_MS = 24 * 60 * 60_000;

async function removeUnused(cache: string): Promise<void> {
  // Only root can tell which labs are up.
  const labs = await listLabs().catch(() => undefined);
  if (labs === undefined || labs.length > 0) return;
  for (const { name } of await Array.fromAsync(Deno.readDir(cache))) {
    // Another process may have removed it meanwhile.
    const found = await Deno.stat(`${cache}/${name}`).catch(ignoreMissing);
    if (found === undefined || Date.now() - (found.mtime?.getTime() ?? 0) < UNUSED_MS) continue;
    await removeAll(`${cache}/${name}`);
  }
}

async function untar(archive: Uint8Array<ArrayBuffer>, options: readonly string[]) {
  const done = await run({ argv: ["tar", "-xf", "-", ...options], stdin: archive });
  if (done.reason !== "success") throw new Error(`Cannot unpack the lab: ${describe(done)}`);
  return done.stdout;
}

/** Marks an installation as used now, and answers whether it is there. */
async function isMarkedUsed(dir: string): Promise<boolean> {
  return await Deno.utime(dir, new Date(), new Date()).then(() => true, () => false);
}

async function removeAll(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch(ignoreMissing);
}
