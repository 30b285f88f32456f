// What a running lab has written down: whom to kill and what to detach.
// With this record another process can take the lab down.
import { z } from "zod";
import { selectLiving } from "./machines/processes.ts";

const Attachment = z.object({
  /** `eth0`, ... */
  ifname: z.string(),
  /** The LAN as lab.conf has it. */
  lan: z.string(),
  vni: z.number(),
  /** Empty until the plugin has answered. */
  mac: z.string(),
  /** The plugin's standard input. */
  config: z.string(),
});
export type Attachment = z.infer<typeof Attachment>;

const DeviceRecord = z.object({
  name: z.string(),
  node: z.string(),
  /** The number that the device's PID 1 has on its node; absent until the device runs. */
  pid: z.optional(z.number()),
  containerId: z.string(),
  uid: z.string(),
  /** Path of the network namespace on the node. For the user namespace see sandboxOf. */
  netns: z.string(),
  confinement: z.object({ seccomp: z.boolean(), procs: z.array(z.string()).readonly() }),
  /** Settings of the device's processes; see entryOf. */
  env: z.record(z.string(), z.string()),
  limits: z.array(z.string()),
  shell: z.string(),
  /** Whether scripts are to run before the device ends. */
  shutdown: z.boolean(),
  attachments: z.array(Attachment),
  /** How the startup went; absent without one, and until it has ended or used up its time. */
  startup: z.optional(z.enum(["ok", "errors"])),
});
export type DeviceRecord = z.infer<typeof DeviceRecord>;

const process = { pid: z.number(), startTime: z.string() };

const Hierarchy = z.object({
  version: z.union([z.literal(1), z.literal(2)]),
  root: z.string(),
  controllers: z.array(z.enum(["memory", "pids", "cpu"])).readonly(),
});

const LabRecord = z.object({
  v: z.literal(1),
  dir: z.string(),
  hash: z.string(),
  /** Whether a device has IPv6 where its options do not say. */
  ipv6: z.boolean(),
  /** The process that starts the lab. */
  runner: z.object(process),
  /** Whether the lab is to outlive its runner. */
  kept: z.boolean(),
  /** Absolute path of the folder that devices have as /shared; absent until that folder exists. */
  shared: z.optional(z.string()),
  /** Bytes that a device's files may take; absent where nobody has said. */
  room: z.optional(z.number()),
  /** The hierarchies in which the lab may have cgroups. */
  hierarchies: z.array(Hierarchy).readonly(),
  confinement: z.object({ usable: z.array(Hierarchy).readonly(), seccomp: z.boolean() }),
  machines: z.array(z.object({ name: z.string(), ...process })),
  devices: z.array(DeviceRecord),
});
export type LabRecord = z.infer<typeof LabRecord>;

export const LABS_DIR = "/run/megalos-lab";

/** The record of one lab, kept in memory by the one process that writes it, and on disk. */
export class Recorder {
  #closed = false;
  #failed = false;
  constructor(readonly labDir: string, private record: LabRecord) {
    this.#write();
  }

  /** The lab's name. */
  get name(): string {
    return this.labDir.slice(LABS_DIR.length + 1);
  }

  /**
   * Whether nothing more can be recorded, because the lab is being taken down or the disk is full.
   */
  get isBroken(): boolean {
    return this.#closed || this.#failed;
  }

  get current(): LabRecord {
    return this.record;
  }

  /**
   * Changes the record, which is on disk when this returns. Throws once the lab is being taken
   * down.
   */
  update(change: Partial<LabRecord>): void {
    if (this.#closed) throw new Error("Cannot go on: the lab is being taken down");
    this.record = { ...this.record, ...change };
    this.#write();
  }

  /** Puts a device in the place of the recorded device of the same name. */
  replaceDevice(device: DeviceRecord): void {
    const { devices } = this.record;
    this.update({ devices: devices.map((one) => one.name === device.name ? device : one) });
  }

  /** Records how a device's startup went. */
  setStartup(name: string, startup: DeviceRecord["startup"]): void {
    const device = this.record.devices.find((one) => one.name === name);
    if (device !== undefined) this.replaceDevice({ ...device, startup });
  }

  /** Ends all changes: nothing can be recorded from here on. */
  close(): LabRecord {
    this.#closed = true;
    return this.record;
  }

  #write(): void {
    const file = `${this.labDir}/state.json`;
    try {
      Deno.writeTextFileSync(`${file}.new`, JSON.stringify(this.record, null, 2));
      Deno.renameSync(`${file}.new`, file);
    } catch (cause) {
      this.#failed = true;
      const { message } = cause as Error;
      throw new Error(`Cannot write the state of the lab: ${message}`, { cause });
    }
  }
}

export function labDirOf(name: string): string {
  return `${LABS_DIR}/${name}`;
}

/**
 * The record in a lab's directory. It is undefined when there is none, as when the lab's runner
 * died at the very start.
 */
export async function readRecord(labDir: string): Promise<LabRecord | undefined> {
  try {
    return LabRecord.parse(JSON.parse(await Deno.readTextFile(`${labDir}/state.json`)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new Error(`Cannot read the state of the lab: ${labDir}/state.json is damaged`, {
      cause: error,
    });
  }
}

/** Names of the labs that are up, or half taken down. */
export async function listLabs(): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(LABS_DIR))).map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Whether someone still wants the lab, because it was kept or its runner lives. */
export async function isInUse(record: LabRecord): Promise<boolean> {
  return record.kept || (await selectLiving([record.runner])).length > 0;
}
