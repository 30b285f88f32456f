// Pins the LAN namespace again where somebody has taken its name away: what lives in it goes on, but nobody can enter it.
import { must } from "../../shared/process/must.ts";
import { inNetns } from "../../shared/process/netns.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";

// Another namespace of that name makes place. Argument: PATH.
const PIN = `while umount --lazy -- "$1" 2>/dev/null; do :; done
[ -e "$1" ] || : >"$1" || exit
exec mount --bind /proc/self/ns/net "$1"`;

/** Pins the namespace that is at `netns`.
 * @throws {FaultError} when that is not permitted */
export async function pinAgain(netns: string): Promise<void> {
  await must(`pin ${LAN_NETNS}`, { argv: inNetns(netns, ["sh", "-c", PIN, "sh", LAN_NETNS]) });
}
