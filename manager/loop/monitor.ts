// Follows what iproute2's monitors say of the LAN namespace: a look without news costs nothing.
import { converse } from "../../shared/process/exec.ts";
import { inNetns } from "../../shared/process/netns.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";

export interface Monitor extends AsyncDisposable {
  /**
   * A path of the LAN namespace, whatever becomes of the namespace's pin. The path is right once
   * the monitor has started and as long as the monitor runs.
   */
  readonly netns: string;
  /** Nothing is heard any more: start another. */
  readonly ended: boolean;
}

/** Starts a program in the LAN namespace that says a line for each change; it may end by itself. */
export function startMonitor(
  argv: readonly [string, ...string[]],
  hear: (line: string) => void,
): Monitor {
  const monitor = converse({ argv: inNetns(LAN_NETNS, argv) });
  let ended = monitor === undefined;
  async function listen(): Promise<void> {
    for (let line; (line = await monitor?.readLine("stdout")) !== undefined;) hear(line);
    ended = true;
    await monitor?.end();
  }
  // The program complains when it has missed changes ("No buffer space available"): from then on it
  // does not say all.
  async function endAtComplaint(): Promise<void> {
    if (await monitor?.readLine("stderr") !== undefined) monitor?.kill();
  }
  const listening = Promise.all([listen(), endAtComplaint()]);
  return {
    netns: `/proc/${monitor?.pid}/ns/net`,
    get ended() {
      return ended;
    },
    async [Symbol.asyncDispose]() {
      monitor?.kill();
      await listening;
    },
  };
}
