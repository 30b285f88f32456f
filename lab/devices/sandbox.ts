// A device's sandbox on its node: the pinned network namespace that attachments are made for.
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { NODE_USERNS } from "../cluster/node.ts";
import { enter, type Machine } from "../machines/machine.ts";
import makeSandboxScript from "./make_sandbox.sh" with { type: "text" };
import removeSandboxScript from "./remove_sandbox.sh" with { type: "text" };

const SYSCTLS: Sysctls = {
  "net.ipv4.ip_forward": "1",
  "net.ipv4.icmp_ratelimit": "0",
  "net.ipv4.conf.all.rp_filter": "0",
  "net.ipv4.conf.default.rp_filter": "0",
};
const WITHOUT_IPV6: Sysctls = {
  "net.ipv6.conf.default.disable_ipv6": "1",
  "net.ipv6.conf.all.disable_ipv6": "1",
};
const WITH_IPV6: Sysctls = {
  "net.ipv6.conf.default.disable_ipv6": "0",
  "net.ipv6.conf.all.disable_ipv6": "0",
  "net.ipv6.conf.all.forwarding": "1",
  "net.ipv6.conf.all.accept_ra": "0",
  "net.ipv6.icmp.ratelimit": "0",
};

export type Sysctls = Readonly<Record<string, string>>;

/** Plans what Kathara sets in every device. The device's own options replace these values. */
export function planSysctls(ipv6: boolean, own: Sysctls): Sysctls {
  return { ...SYSCTLS, ...(ipv6 ? WITH_IPV6 : WITHOUT_IPV6), ...own };
}

/**
 * Settings of an interface can be set once the interface exists. A device is born with the others.
 */
export function splitSysctls(sysctls: Sysctls): { early: Sysctls; late: Sysctls } {
  const isLate = (key: string) => /^net\.\w+\.(conf|neigh)\.eth\d/.test(key);
  const select = (late: boolean) =>
    Object.fromEntries(Object.entries(sysctls).filter(([key]) => isLate(key) === late));
  return { early: select(false), late: select(true) };
}

/** A device's namespaces that exist before and after the device runs, as paths on its node. */
export interface Sandbox {
  /** `/run/netns/NAME`. */
  readonly netns: string;
  /** The user namespace, which owns the network namespace and all that the device makes. */
  readonly userns: string;
}

/** The user namespace that belongs to a network namespace. */
export function sandboxOf(netns: string): Sandbox {
  return { netns, userns: `${NODE_USERNS}/${netns.replace(/^.*\//, "")}` };
}

/** Makes a sandbox on a node. Answers what could not be set, in words. */
export async function makeSandbox(
  node: Machine,
  { netns, userns }: Sandbox,
  sysctls: Sysctls,
): Promise<string | undefined> {
  const argv = ["sh", "-c", makeSandboxScript, "sh", netns, userns, ...writeSysctls(sysctls)];
  const done = await run({ argv: [...enter(node.pid), ...argv] });
  if (done.reason === "success") return undefined;
  // sysctl(8) names a setting that it cannot set, and goes on.
  if (/^sysctl: /m.test(done.stderr)) return done.stderr.trim();
  throw new Error(`Cannot make a sandbox on ${node.name}: ${describe({ ...done, argv })}`);
}

/** Sets more sysctls. Answers what could not be set, in words. */
export async function setSysctls(
  node: Machine,
  path: string,
  sysctls: Sysctls,
): Promise<string | undefined> {
  if (Object.keys(sysctls).length === 0) return undefined;
  const sysctl = ["sysctl", "--quiet", "-w", ...writeSysctls(sysctls)];
  const done = await run({ argv: [...enter(node.pid), "nsenter", `--net=${path}`, ...sysctl] });
  return done.reason === "success" ? undefined : done.stderr.trim();
}

/**
 * Removes the names of a sandbox's namespaces, if they exist. The kernel then ends every namespace
 * that nobody is in.
 */
export async function removeSandbox(node: Machine, { netns, userns }: Sandbox): Promise<void> {
  const argv = ["sh", "-c", removeSandboxScript, "sh", netns, userns];
  const done = await run({ argv: [...enter(node.pid), ...argv] });
  if (done.reason !== "success") {
    throw new Error(`Cannot remove a sandbox on ${node.name}: ${describe({ ...done, argv })}`);
  }
}

function writeSysctls(sysctls: Sysctls): string[] {
  return Object.entries(sysctls).map(([key, value]) => `${key}=${value}`);
}
