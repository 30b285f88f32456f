// Where the lab's own files are on this machine.

/** Absolute paths of folders. */
export interface Installation {
  /** The programs of nodes: `megalos` and `manager`. */
  readonly programs: string;
  /** Laid over each device's root, before the device's own folder of the lab. */
  readonly skeleton: string;
  /** Labs to begin with; each folder in it is one. */
  readonly examples: string;
}
