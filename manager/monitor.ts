// Follows what iproute2's monitors say of the LAN namespace, for looks that cost nothing where nothing has changed.
import { converse } from "../shared/process/exec.ts";
import { inNetns } from "../shared/process/netns.ts";
import { LAN_NETNS } from "../shared/lan/paths.ts";

export interface Monitor extends AsyncDisposable {
  /** A path of the LAN namespace once the monitor has started and as long as it is there, whatever becomes of its pin. */
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
  // It complains when it has missed changes ("No buffer space available"): what it says from then on is not all.
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
