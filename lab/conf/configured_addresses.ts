// The addresses that a device's files give its interfaces, as far as their texts tell.
import { listCommands } from "../programs/list_commands.ts";
import { readLabFile } from "./lab_files.ts";
import type { Lab } from "./read_lab.ts";

type ByInterface = Map<string, string[]>;

/**
 * Reads addresses `ADDRESS/PREFIX` by device and then by interface, from startups, from
 * /etc/network/interfaces and from FRR's configuration.
 */
export async function readConfiguredAddresses(lab: Lab): Promise<Map<string, ByInterface>> {
  return new Map(
    await Promise.all(lab.devices.map(async ({ name, options }) => {
      // What is not there, or cannot be read, gives no addresses.
      const read = async (file: string) =>
        await readLabFile(lab.dir, file).catch(() => undefined) ?? "";
      const routing = ["frr", "quagga", "zebra"].flatMap((dir) =>
        ["frr.conf", "Quagga.conf", "zebra.conf"].map((file) => read(`${name}/etc/${dir}/${file}`))
      );
      const found = parseAddresses({
        script: [await read(`${name}.startup`), ...options.exec].join("\n"),
        interfaces: await read(`${name}/etc/network/interfaces`),
        routing: await Promise.all(routing),
      });
      return [name, found] as const;
    })),
  );
}

/** The texts of a device that give addresses to its interfaces. */
interface AddressTexts {
  readonly script: string;
  /** /etc/network/interfaces */
  readonly interfaces: string;
  /** Configurations of FRR, or of what came before it. */
  readonly routing: readonly string[];
}

export function parseAddresses({ script, interfaces, routing }: AddressTexts): ByInterface {
  const found: ByInterface = new Map();
  readScript(script, found);
  readInterfaces(interfaces, found);
  for (const text of routing) readRouting(text, found);
  return found;
}

function add(found: ByInterface, ifname: string | undefined, address: string | undefined): void {
  if (ifname === undefined || address === undefined || !/^[\da-f.:]+\/\d+$/i.test(address)) return;
  const known = found.get(ifname) ?? [];
  if (!known.includes(address)) found.set(ifname, [...known, address]);
}

/** Reads `ip address add A/P dev ETH`, `ifconfig ETH A/P` and `ifconfig ETH A netmask M`. */
function readScript(script: string, found: ByInterface): void {
  for (const [program = "", ...args] of listCommands(script)) {
    const name = program.replace(/^.*\//, "");
    if (name === "ip") {
      const words = args.filter((word) => word === undefined || !word.startsWith("-"));
      const [object = "", verb] = words;
      if (!"address".startsWith(object) || object === "" || verb !== "add") continue;
      add(found, words[words.indexOf("dev") + 1], words.find((word) => word?.includes("/")));
    }
    if (name === "ifconfig") {
      const [ifname, ...rest] = args;
      const address = rest.find((word) => /^[\d.]+(\/\d+)?$/.test(word ?? ""));
      const mask = rest[rest.indexOf("netmask") + 1];
      add(found, ifname, address?.includes("/") ? address : `${address}/${countBits(mask)}`);
    }
  }
}

/** Reads the static addresses of interfaces(5). */
function readInterfaces(text: string, found: ByInterface): void {
  for (const stanza of text.split(/^(?=[ \t]*iface\b)/m)) {
    const ifname = /^[ \t]*iface\s+(\S+)/.exec(stanza)?.[1];
    const address = /^[ \t]*address\s+(\S+)/m.exec(stanza)?.[1];
    const mask = /^[ \t]*netmask\s+(\S+)/m.exec(stanza)?.[1];
    add(found, ifname, address?.includes("/") ? address : `${address}/${countBits(mask)}`);
  }
}

/** Reads `interface ETH` and the lines `ip address A/P` below it. */
function readRouting(text: string, found: ByInterface): void {
  let ifname: string | undefined;
  for (const line of text.split("\n")) {
    // A statement at the margin ends the block before it; Quagga's files may not indent addresses.
    const [, address] = /^\s*ip(?:v6)? address (\S+)/.exec(line) ?? [];
    if (address !== undefined) add(found, ifname, address);
    else if (/^[^\s!]/.test(line)) ifname = /^interface\s+(\S+)/.exec(line)?.[1];
  }
}

/** The prefix length: 24 of `255.255.255.0` and of `24`. Any other text gives an empty string. */
function countBits(mask: string | undefined): number | "" {
  if (mask === undefined) return "";
  if (/^\d+$/.test(mask)) return Number(mask);
  if (!/^\d+(\.\d+){3}$/.test(mask)) return "";
  const bits = mask.split(".").map((byte) => Number(byte).toString(2).padStart(8, "0")).join("");
  return bits.lastIndexOf("1") + 1;
}
