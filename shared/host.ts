// All that a call needs of the world, so that it runs alone, inside another program or in a test.
import type { Kernel } from "./iproute2/kernel.ts";
import type { LockOptions } from "./lan/lock.ts";
import type { Converse, Run } from "./process/exec.ts";

/** What a call needs of the world. */
export interface Host {
  readonly run: Run;
  readonly converse: Converse;
  /** Shares work with other calls of the same process, where there are any. */
  shareKernel(kernel: Kernel): Kernel;
  /** A file's text, or undefined where there is none. */
  readText(path: string): Promise<string | undefined>;
  /** What is at a path: undefined for nothing, and "unknown" where this process may not look. */
  stat(path: string): Promise<FileStat | "unknown" | undefined>;
  /** See `shared/lan/lock.ts`. */
  lock(path: string, options: LockOptions): Promise<Disposable>;
  random(bytes: number): Uint8Array;
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Path of the node's network namespace, as any program of this host sees it. */
  readonly nodeNetns: string;
  /** What uname(2) says of the kernel, such as "6.1.0-38-amd64". */
  readonly kernelRelease: string;
}

/** What a call asks about a file. */
export interface FileStat {
  readonly inode: number;
  /** A regular file, as a namespace is one: opening it never waits. */
  readonly isFile: boolean;
}
