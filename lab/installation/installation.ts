// Where the lab's own files are on this machine.

/** Absolute paths of folders. */
export interface Installation {
  /** The programs of nodes: `megalos` and `manager`. */
  readonly programs: string;
  /** The folder that is laid over each device's root, before the device's own folder of the lab. */
  readonly skeleton: string;
  /** Example labs. Each folder in this folder is one lab. */
  readonly examples: string;
}
