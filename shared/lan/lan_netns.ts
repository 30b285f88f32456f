// Makes the LAN namespace: the one network namespace of a node that holds the devices of all LANs.
import { describe } from "../process/command.ts";
import { fail } from "../faults.ts";
import type { Run } from "../process/exec.ts";
import { inNetns } from "../process/netns.ts";
import { LAN_NETNS } from "./paths.ts";

/**
 * Settings that make a bridge in the namespace a wire. IPv6 off: every device born there is silent (no router
 * solicitations, no MLD). br_netfilter off: frames with a malformed IP header pass; its switches exist only where the module is loaded.
 */
const SYSCTLS = [
  ["net/ipv6/conf/all/disable_ipv6", "1"],
  ["net/ipv6/conf/default/disable_ipv6", "1"],
  // zebra must see the VTEP address here, and that may be an IPv6 one.
  ["net/ipv6/conf/lo/disable_ipv6", "0"],
  ["net/bridge/bridge-nf-call-iptables", "0"],
  ["net/bridge/bridge-nf-call-ip6tables", "0"],
  ["net/bridge/bridge-nf-call-arptables", "0"],
] as const;

// Sets what differs, so that a read-only /proc/sys is no error where everything is right. Arguments: FILE VALUE ...
const SET_SYSCTLS = `while [ $# -ge 2 ]; do
  f=/proc/sys/$1
  if [ -e "$f" ] && [ "$(cat "$f")" != "$2" ]; then echo "$2" >"$f" || exit 1; fi
  shift 2
done`;

// Pins the namespace only when it is finished: nobody can meet it half made. Arguments: PATH, then as above.
const PIN_NETNS = `set -e
path=$1; shift
${SET_SYSCTLS}
mkdir -p "\${path%/*}"
[ -e "$path" ] || : >"$path"
mount --bind /proc/self/ns/net "$path"`;

/** Whether a pinned namespace is at `path`: a file left behind without a mount is none. */
export async function hasNetns(run: Run, path: string): Promise<boolean> {
  const done = await run({ argv: inNetns(path, ["true"]) });
  if (done.reason === "not-found") fail("try-later", `Cannot look at ${path}: ${describe(done)}`);
  return done.reason === "success";
}

/**
 * Makes the namespace where it is missing and mends its settings where it is there; never mounts twice.
 * The caller holds {@link NETNS_LOCK_FILE}.
 * @throws {FaultError} "try-later" when that is not permitted
 */
export async function ensureLanNetns(run: Run, path: string): Promise<"made" | "verified"> {
  const present = await hasNetns(run, path);
  const sysctls = SYSCTLS.flat();
  const done = present
    ? await run({ argv: inNetns(path, ["sh", "-c", SET_SYSCTLS, "sh", ...sysctls]) })
    : await run({
      argv: ["unshare", "--net", "--", "sh", "-c", PIN_NETNS, "sh", path, ...sysctls],
    });
  if (done.reason !== "success") {
    fail("try-later", `Cannot make the LAN namespace ${path}: ${describe(done)}`);
  }
  return present ? "verified" : "made";
}

/** The namespace that is pinned, by its inode; undefined where there is none. */
export function inodeOfPin(): number | undefined {
  try {
    return Deno.statSync(LAN_NETNS).ino ?? undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** How a network namespace is called by readlink(2) on its /proc entry. */
export function netnsId(inode: number): string {
  return `net:[${inode}]`;
}
