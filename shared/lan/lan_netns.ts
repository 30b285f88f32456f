// Makes the LAN namespace: the one network namespace of a node that holds the devices of all LANs.
import { type Argv, describe } from "../process/command.ts";
import { fail } from "../faults.ts";
import type { Run } from "../process/exec.ts";
import { must, mustEnd } from "../process/must.ts";
import { inNetns } from "../process/netns.ts";
import lanNetns from "./lan_netns.sh" with { type: "text" };
import { LAN_NETNS } from "./paths.ts";

/**
 * Settings that make a bridge in the namespace a wire. With IPv6 off, each device that is born
 * there is silent: it sends no router solicitations and no MLD. With br_netfilter off, frames with
 * a malformed IP header pass. Its switches exist only where the module is loaded. A value is one
 * byte: the script reads no more.
 */
const SYSCTLS = [
  ["net/ipv6/conf/all/disable_ipv6", "1"],
  ["net/ipv6/conf/default/disable_ipv6", "1"],
  // zebra must see the VTEP address here, and that may be an IPv6 one.
  ["net/ipv6/conf/lo/disable_ipv6", "0"],
  // The VTEP address is for zebra alone. The kernel would answer ARP for it on each bridge (8: for
  // no address; ip-sysctl.rst), and whoever asked would be a neighbour, which EVPN tells of.
  ["net/ipv4/conf/all/arp_ignore", "8"],
  // A machine may have turned this on for its own links, and a new namespace has what the first one
  // has: then whoever announces an address is a neighbour, too.
  ["net/ipv4/conf/all/arp_accept", "0"],
  ["net/ipv4/conf/default/arp_accept", "0"],
  // Machines of Kubernetes route, and a new namespace would, too: a packet to a bridge's own MAC
  // address would go round lo, where the default route leads, until its TTL is over.
  ["net/ipv4/ip_forward", "0"],
  ["net/bridge/bridge-nf-call-iptables", "0"],
  ["net/bridge/bridge-nf-call-ip6tables", "0"],
  ["net/bridge/bridge-nf-call-arptables", "0"],
] as const;

/** The command line for a verb of the script, which runs in the namespace. */
function scriptOf(...verb: ["list" | "set" | "mend"] | ["pin", string]): Argv {
  return ["sh", "-c", lanNetns, "sh", ...verb, ...SYSCTLS.flat()];
}

/** Whether a pinned namespace is at `path`: a file left behind without a mount is none. */
export async function hasNetns(run: Run, path: string): Promise<boolean> {
  const done = await mustEnd(`look at ${path}`, { argv: inNetns(path, ["true"]) }, run);
  if (done.reason === "not-found") fail("try-later", `Cannot look at ${path}: ${describe(done)}`);
  return done.reason === "success";
}

/**
 * Makes the namespace where it is missing, and mends its settings where it is there. It is never
 * mounted twice.
 * The caller holds {@link NETNS_LOCK_FILE}.
 * @throws {FaultError} "try-later" when that is not permitted
 */
export async function ensureLanNetns(run: Run, path: string): Promise<"made" | "verified"> {
  const present = await hasNetns(run, path);
  const argv = present
    ? inNetns(path, scriptOf("set"))
    : ["unshare", "--net", "--", ...scriptOf("pin", path)] as const;
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
 * Sets the namespace's switches again where somebody has turned them, and answers their names. The
 * switches of br_netfilter come when that module is loaded, and are on (br_netfilter_hooks.c,
 * brnf_init_net).
 * @throws {FaultError} "try-later" when they cannot be set, or there is no namespace at `path`
 */
export async function resetSysctls(run: Run, path: string): Promise<readonly string[]> {
  const set = async (argv: Argv) => {
    const command = { argv: inNetns(path, argv) };
    return (await must(`set the switches of ${path}`, command, run)).stdout;
  };
  const wrong = await set(scriptOf("list"));
  if (wrong === "") return [];
  await set(["unshare", "--mount", ...scriptOf("mend")]);
  return wrong.trim().split("\n");
}
