// Takes the name of a running lab, and makes the directory in which it writes down what it is.
import type { Lab } from "../conf/read_lab.ts";
import { isInUse, labDirOf, LABS_DIR, readRecord, Recorder } from "../record.ts";
import { readProcess } from "../machines/processes.ts";
import { endLab } from "./take_down.ts";

/**
 * Takes a name for a lab. Making the directory of that name is the lock. What a killed run has left
 * under the name is taken down first. Throws when someone still wants the lab that has the name.
 * `self` are the words with which the caller can run another command of the lab.
 */
export async function claim(
  name: string,
  { lab, ipv6, room }: {
    readonly lab: Pick<Lab, "dir" | "hash">;
    readonly ipv6: boolean;
    readonly room?: number | undefined;
  },
  { self, log }: { readonly self: string; readonly log: (line: string) => void },
): Promise<Recorder> {
  const labDir = labDirOf(name);
  const runner = await readProcess(Deno.pid);
  try {
    await makeLabDir(labDir);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    const record = await readRecord(labDir);
    if (record !== undefined && await isInUse(record)) {
      throw new Error(
        `Cannot start the lab: ${name} is up; \`${self} down --name ${name}\` ends it`,
      );
    }
    log(`Taking down what an earlier run of ${name} has left`);
    await endLab(labDir, record, log);
    await Deno.mkdir(labDir, { recursive: true });
  }
  const { dir, hash } = lab;
  const recorder = new Recorder(labDir, {
    v: 1,
    dir,
    hash,
    ipv6,
    runner,
    kept: false,
    ...(room === undefined ? {} : { room }),
    hierarchies: [],
    confinement: { usable: [], seccomp: false },
    machines: [],
    devices: [],
  });
  for (const folder of ["base", "logs", "stage"]) await Deno.mkdir(`${labDir}/${folder}`);
  return recorder;
}

/**
 * Makes a lab's directory. The last lab that ends removes the labs' own directory, perhaps between
 * the two steps of this: then they are taken again.
 * @throws {Deno.errors.AlreadyExists} when a lab has the directory
 */
async function makeLabDir(labDir: string): Promise<void> {
  for (let tries = 1;; tries++) {
    await Deno.mkdir(LABS_DIR, { recursive: true, mode: 0o700 });
    try {
      return await Deno.mkdir(labDir);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound) || tries === MAX_TRIES) throw error;
    }
  }
}

/** Other labs cannot end more often than this while one starts. */
const MAX_TRIES = 100;
