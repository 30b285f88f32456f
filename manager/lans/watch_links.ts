// Tells whether devices of the LAN namespace have changed: to list thousands of them for nothing costs more than all else.
import { converse } from "../../shared/exec.ts";
import { inNetns } from "../../shared/iproute2/session.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";

export interface LinkWatch extends AsyncDisposable {
  /** A path of the LAN namespace for as long as this watch is there, whatever becomes of its pin. */
  readonly netns: string;
  /** Nothing is seen any more: start another. */
  readonly ended: boolean;
  /** Whether anything may have changed since it was last asked; true at first, for what was before is not known. */
  takeChanged(): boolean;
}

/** Watches by `ip monitor`; it may end by itself. */
export function watchLinks(): LinkWatch {
  const monitor = converse({ argv: inNetns(LAN_NETNS, ["ip", "-o", "monitor", "link"]) });
  let changed = true;
  let ended = monitor === undefined;
  async function listen(): Promise<void> {
    while (await monitor?.readLine("stdout") !== undefined) changed = true;
    ended = true;
    await monitor?.end();
  }
  const listening = listen();
  return {
    netns: `/proc/${monitor?.pid}/ns/net`,
    get ended() {
      return ended;
    },
    takeChanged() {
      const answer = changed;
      changed = false;
      return answer;
    },
    async [Symbol.asyncDispose]() {
      monitor?.kill();
      await listening;
    },
  };
}
