// Which Debian package brings a program or an init script that labs use.
// A line of the table is a package, and names of programs and paths of init scripts that it has.
// Devices read the table too.
import table from "../skeleton/usr/lib/megalos-lab/packages.txt" with { type: "text" };

const PACKAGES = new Map(
  table.trimEnd().split("\n").flatMap((line) => {
    const [name = "", contents = ""] = line.split(": ");
    return contents.split(" ").map((program) => [program, name] as const);
  }),
);

/** Names of programs whose packages are known here. */
export function listKnownPrograms(): string[] {
  return [...PACKAGES.keys()].filter((program) => !program.startsWith("/")).sort();
}

/**
 * What the image kathara/base has of programs that people run in devices. Services are not in the
 * list, because their packages would start them at the machine's next boot.
 */
export const TOOLBOX = [
  ...["arping", "bind9-dnsutils", "bind9-host", "bridge-utils", "curl", "ethtool", "expect"],
  ...[
    "hping3",
    "iperf",
    "iperf3",
    "iptables",
    "iputils-ping",
    "iputils-tracepath",
    "less",
    "links",
  ],
  ...["mtr-tiny", "nano", "ndisc6", "net-tools", "netcat-openbsd", "nmap", "openssh-client"],
  ...["openssl", "python3-scapy", "rsync", "screen", "socat", "tcpdump", "telnet", "tmux"],
  ...["traceroute", "tree", "wget"],
] as const;

/**
 * The package of a program, which is given by name or path; undefined for a program not known here.
 */
export function findPackage(program: string): string | undefined {
  return PACKAGES.get(program) ?? PACKAGES.get(program.slice(program.lastIndexOf("/") + 1));
}
