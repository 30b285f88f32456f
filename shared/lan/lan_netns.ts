// Makes the LAN namespace: the one network namespace of a node that holds the devices of all LANs.
import { type Argv, describe } from "../process/command.ts";
import { fail } from "../faults.ts";
import type { Run } from "../process/exec.ts";
import { must } from "../process/must.ts";
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

// Does something with each switch that differs: $1 is its name, $2 the value that it should have.
// All of it is builtins of the shell, whose `read` takes a byte at a time: the kernel gives the first
// one only, which is the value, and then says that the file ends. Arguments: FILE VALUE ...
const forEachWrong = (act: string) =>
  `while [ $# -ge 2 ]; do
  if [ -e "/proc/sys/$1" ]; then
    read -r value <"/proc/sys/$1" || :
    if [ "$value" != "$2" ]; then ${act}; fi
  fi
  shift 2
done`;
const LIST_WRONG = forEachWrong('echo "$1"');
// Only what differs is written, so a read-only /proc/sys is no error where everything is right.
const SET_SYSCTLS = forEachWrong('echo "$2" >"/proc/sys/$1" || exit 1');
// A container has a read-only mount on /proc/sys; in a mount namespace of its own it can be written.
const SET_SYSCTLS_IN_CONTAINER = `mount -o remount,bind,rw /proc/sys 2>/dev/null
${SET_SYSCTLS}`;

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
  const argv = present
    ? inNetns(path, ["sh", "-c", SET_SYSCTLS, "sh", ...sysctls])
    : ["unshare", "--net", "--", "sh", "-c", PIN_NETNS, "sh", path, ...sysctls] as const;
  await must(`make the LAN namespace ${path}`, { argv }, run);
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

/**
 * Sets the namespace's switches again where somebody has turned them, and answers their names. Those
 * of br_netfilter come, turned on, when that module is loaded (br_netfilter_hooks.c, brnf_init_net).
 * @throws {FaultError} "try-later" when they cannot be set, or there is no namespace at `path`
 */
export async function resetSysctls(run: Run, path: string): Promise<readonly string[]> {
  const sysctls = SYSCTLS.flat();
  const set = async (argv: Argv) => {
    const command = { argv: inNetns(path, argv) };
    return (await must(`set the switches of ${path}`, command, run)).stdout;
  };
  const wrong = await set(["sh", "-c", LIST_WRONG, "sh", ...sysctls]);
  if (wrong === "") return [];
  await set(["unshare", "--mount", "sh", "-c", SET_SYSCTLS_IN_CONTAINER, "sh", ...sysctls]);
  return wrong.trim().split("\n");
}
