// What the VTEP filter asks of node and FRR: nft's table, devices, and the addresses of nodes.
import { saysNoFile, saysNoTable } from "../../shared/iproute2/messages.ts";
import { isNameOfUnborn } from "../../shared/lan/unborn_vxlan.ts";
import { readAnswer, readArrays } from "../../shared/process/answers.ts";
import * as z from "zod";
import { describe } from "../../shared/process/command.ts";
import { type Run, run } from "../../shared/process/exec.ts";
import { CutOff, must, mustEnd } from "../../shared/process/must.ts";
import { batch } from "../../shared/iproute2/batch.ts";
import { argvOf, ip } from "../../shared/iproute2/words.ts";
import { EVERYONE, parseEntry } from "../entries/entries.ts";
import { listFdb } from "../entries/list_fdb.ts";
import { parseFilter, type SeenFilter, TABLE } from "./filter.ts";

/** The node's own devices, as far as the filter asks. */
export interface NodeDevices {
  /**
   * Those that lead to other nodes: the VTEP address's, and those of default routes. Where the VTEP
   * address is on an encrypted device, only that one: a packet in clear is no node's. Where the
   * underlay is named (MEGALOS_UNDERLAY), likewise: a default route may lead to another network.
   */
  readonly underlays: readonly string[];
  /** VNIs of VXLAN devices in the node's own namespace. */
  readonly others: readonly number[];
  /** A device that takes all VNIs of a UDP port. */
  readonly takesAll?: string | undefined;
}

/** What the filter's keeper asks of the world. */
export interface FilterHost {
  /** The table; undefined where there is none. */
  see(): Promise<SeenFilter | undefined>;
  /** Has nft do all of the script or nothing. */
  apply(script: string): Promise<void>;
  devices(vtep: string, udpPorts: readonly number[], isNamed: boolean): Promise<NodeDevices>;
  /** Whether the node tracks connections. */
  isTracking(): Promise<boolean>;
  /** Nodes that the kernel sends frames to. */
  nodesOfKernel(): Promise<string[]>;
  /** Nodes that are on any LAN; undefined where bgpd does not answer. */
  nodesOfEvpn(): Promise<readonly string[] | undefined>;
}

/** The table as nft prints it; undefined where there is none, also because nft cannot work. */
export async function findFilter(run: Run): Promise<SeenFilter | undefined> {
  return await seeFilter(run).catch((error) => {
    if (error instanceof CutOff) throw error;
    return undefined;
  });
}

/** The table as nft prints it; undefined where there is none. */
export async function seeFilter(run: Run): Promise<SeenFilter | undefined> {
  const command = { argv: ["nft", "-j", "list", "table", ...TABLE.split(" ")] } as const;
  const done = await mustEnd("read the VTEP filter", command, run);
  if (done.reason === "success") return parseFilter(done.stdout);
  if (saysNoTable(done.stderr)) return undefined;
  throw new Error(describe(done));
}

/**
 * How many connections this network namespace tracks. Where something has them tracked that is
 * hardly ever 0: the manager's own sessions count, too. Without the kernel's module there is no
 * such file.
 */
const CONNECTIONS = "/proc/sys/net/netfilter/nf_conntrack_count";

/** bgpd's nodes are for somebody else to list, who judges them, too. */
export const systemFilterHost: Omit<FilterHost, "nodesOfEvpn"> = {
  see: () => seeFilter(run),

  async apply(script) {
    await must("set the VTEP filter", { argv: ["nft", "-f", "-"], stdin: script });
  },

  async devices(vtep, udpPorts, isNamed) {
    const family = vtep.includes(":") ? ["-6"] : [];
    const questions = [ip`route show default`, ip`address show to ${vtep}`];
    const vxlans = await must("list the node's VXLAN devices", {
      argv: argvOf(ip`link show type vxlan`, "-json", "-details"),
    });
    const { argv, ...input } = batch("ip", questions, "-json", "-details", ...family);
    const routes = await must("find the node's underlay", { argv, ...input });
    return parseDevices(vxlans.stdout, routes.stdout, udpPorts, isNamed);
  },

  // Deno reads nothing of /proc without all permissions. What cannot be read counts as tracking.
  async isTracking() {
    const done = await run({ argv: ["cmp", "--", CONNECTIONS, "-"], stdin: "0\n" });
    return done.reason !== "success" && !saysNoFile(done.stderr);
  },

  async nodesOfKernel() {
    const nodes = new Set<string>();
    await listFdb(run, (line) => {
      const dst = line.startsWith(EVERYONE) ? parseEntry(line)?.dst : undefined;
      if (dst !== undefined) nodes.add(dst);
    });
    return [...nodes];
  },
};

/** Kinds of devices that deliver only what a peer who has a key has sent. */
const ENCRYPTED: readonly (string | undefined)[] = ["wireguard", "xfrm"];

const devices = z.array(z.object({
  ifname: z.string().optional(),
  dev: z.string().optional(),
  nexthops: z.array(z.object({ dev: z.string().optional() })).default([]),
  linkinfo: z.object({
    info_kind: z.string().optional(),
    info_data: z.object({
      id: z.number().optional(),
      port: z.number().optional(),
      external: z.boolean().optional(),
    }).optional(),
  }).optional(),
}));

/**
 * @param routes an array of JSON a line, of routes and of devices with addresses
 * @param isNamed only the VTEP address's device leads to other nodes, whatever default routes say
 */
export function parseDevices(
  vxlans: string,
  routes: string,
  udpPorts: readonly number[],
  isNamed = false,
): NodeDevices {
  const own = readAnswer(devices, "ip", vxlans || "[]").flatMap(({ ifname, linkinfo }) =>
    udpPorts.includes(linkinfo?.info_data?.port ?? 0) &&
      !isNameOfUnborn(ifname, linkinfo?.info_data?.id)
      ? [{ ifname, ...linkinfo?.info_data }]
      : []
  );
  const leading = readArrays(devices, "ip", routes)
    .filter(({ ifname }) => !isNamed || ifname !== undefined);
  const encrypted = leading.filter(({ linkinfo }) => ENCRYPTED.includes(linkinfo?.info_kind));
  const names = (encrypted.length > 0 ? encrypted : leading).flatMap(
    ({ dev, ifname, nexthops }) => [dev ?? ifname, ...nexthops.map((one) => one.dev)],
  ).filter((name) => name !== undefined);
  const all = own.find(({ id, external }) => external === true || id === undefined);
  return {
    underlays: [...new Set(names)].toSorted(),
    others: own.flatMap(({ id }) => id ?? []).toSorted((one, other) => one - other),
    ...(all !== undefined && { takesAll: all.ifname }),
  };
}
