// Pins the LAN namespace again where somebody has taken its name away: what lives in it goes on, but nobody can enter it.
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { inNetns } from "../../shared/process/netns.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";

// Another namespace of that name makes place. Argument: PATH.
const PIN = `while umount --lazy -- "$1" 2>/dev/null; do :; done
[ -e "$1" ] || : >"$1" || exit
exec mount --bind /proc/self/ns/net "$1"`;

/** Pins the namespace that is at `netns`.
 * @throws {Error} when that is not permitted */
export async function pinAgain(netns: string): Promise<void> {
  const done = await run({ argv: inNetns(netns, ["sh", "-c", PIN, "sh", LAN_NETNS]) });
  if (done.reason !== "success") throw new Error(`Cannot pin ${LAN_NETNS}: ${describe(done)}`);
}
