// A device's sandbox on its node: the pinned network namespace that attachments are made for, as a runtime makes it.
import { describe } from "../../shared/command.ts";
import { run } from "../../shared/exec.ts";
import { enter, type Machine } from "../machines/machine.ts";

/** What Kathara sets in every device; IPv6 stays off unless asked for. */
const SYSCTLS = [
  "net.ipv4.ip_forward=1",
  "net.ipv4.icmp_ratelimit=0",
  "net.ipv4.conf.all.rp_filter=0",
  "net.ipv4.conf.default.rp_filter=0",
  "net.ipv6.conf.all.disable_ipv6=1",
  "net.ipv6.conf.default.disable_ipv6=1",
];

/** Makes the network namespace at `path`, which is `/run/netns/NAME` on the node. */
export async function makeSandbox(node: Machine, path: string): Promise<void> {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const inside = ["nsenter", `--net=${path}`];
  for (
    const argv of [
      ["ip", "netns", "add", name],
      [...inside, "sysctl", "--quiet", "-w", ...SYSCTLS],
      [...inside, "ip", "link", "set", "dev", "lo", "up"],
    ]
  ) {
    const done = await run({ argv: [...enter(node.pid), ...argv] });
    if (done.reason !== "success") {
      throw new Error(`Cannot make a sandbox on ${node.name}: ${describe({ ...done, argv })}`);
    }
  }
}
