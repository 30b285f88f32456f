// The table that limits what ports of LANs may send and have flooded, as nft(8) writes it. Pure.
import { createHash } from "node:crypto";
import * as z from "zod";
import type { Limited } from "../events/event.ts";
import { readAnswer } from "../../shared/process/answers.ts";
import { planSet, quoteName } from "../nft.ts";

export const STORM_TABLE = "bridge megalos";

/** A burst may be as long as so many seconds of the limit: 500 devices start at the same time. */
const BURST_SECONDS = 5;
/** A storm is over when nothing was dropped for so many seconds. */
const OVER_SECONDS = 30;

/**
 * Frames a second that a port may send at all, to whomever. A frame of unicast that circles through
 * LANs comes by 100,000 times a second and more, and each one that is dropped has ended its circle.
 * Work needs less: what a device hands over in one piece (up to 64 kB of TCP) counts once, so a
 * transfer of 10 Gbit/s is some 20,000.
 */
export const PORT_FRAMES = 50_000;

/**
 * Frames a second that a port may have flooded where each becomes so many copies: one for each
 * other node, or of what other nodes send one for each pod's port. All together are no more than a
 * port may send. They are counted in powers of two: each limit has its own sets, and LANs differ by
 * few nodes.
 */
export function limitOfCopies(copies: number): number {
  return Math.max(1, Math.floor(PORT_FRAMES / 2 ** Math.ceil(Math.log2(Math.max(1, copies)))));
}

/** What a device may have flooded where the limit of all pods' ports is not its own. */
export interface OwnLimit {
  /** Frames a second. */
  readonly limit: number;
  /** Frames that may come at once. */
  readonly burst: number;
  /** All devices with this limit that flood more than a few frames have so many times it. */
  readonly together: number;
}

/**
 * A device that floods no more than this (frames a second, and at once) always may: nobody's first
 * frames are dropped because others flood. 500 devices behind one port start with some 1,500.
 */
export const FEW_FLOODED = 100;
const FEW_AT_ONCE = 1_000;
/** One user may have hundreds of ports of a node, each in a LAN of its own. */
const PORTS_TOGETHER = 10;
/** A frame of another node costs a copy for each port here, and its sender pays for none. */
const LANS_TOGETHER = 2;

/** Of a port in a LAN that has a lower limit, or very many nodes. */
export function limitOfPort(limit: number): OwnLimit {
  return { limit, burst: limit * BURST_SECONDS, together: PORTS_TOGETHER };
}

/**
 * 500 devices of other nodes say 3,000 frames when they start, and go on with their protocols. That
 * passes, however many ports of their LAN are here. A longer burst costs other LANs more frames
 * (docs/security.md has figures).
 */
const LEAST_OF_OTHERS = { limit: 500, burst: 3_000 };

/** Of a VXLAN device: what all other nodes send to so many ports of a LAN. */
export function limitOfOthers(ports: number): OwnLimit {
  const { limit, burst } = limitOfPort(limitOfCopies(ports));
  return {
    limit: Math.max(limit, LEAST_OF_OTHERS.limit),
    burst: Math.max(burst, LEAST_OF_OTHERS.burst),
    together: LANS_TOGETHER,
  };
}

/** What the table limits. */
export const TABLE_LIMITS = [
  "storm",
  "share",
  "frames",
  "learning",
] as const satisfies readonly Limited["limit"][];
type TableLimit = typeof TABLE_LIMITS[number];

/** The set of the ports that have met a limit. */
export const metSet = (limit: TableLimit) => `met_${limit}`;

/** What a table is made for. */
export interface StormForm {
  /** Flooded frames a second of a port. */
  readonly limit: number;
  /** Bridges keep no limit of MAC addresses by themselves (Linux before 6.7). */
  readonly learnsSlowly: boolean;
}

/** A MAC address, and the port that it is learnt at. */
export type AtPort = readonly [mac: string, port: string];

/**
 * New MAC addresses a second of a port where bridges keep no limit. What is more is dropped, so its
 * bridge does not learn it before the manager has the port stop to learn.
 */
export const NEW_MACS = 20;
/** So many may be new at once: 500 devices behind one port start at the same time. */
const NEW_MACS_BURST = 512;
/**
 * Ports with more than a few new MAC addresses have this rate and burst together, because
 * reflectors refuse a node for 20,000 addresses, and one user may have 40 ports of it. The few are
 * each port's own: nobody's first addresses are dropped because of others.
 */
const SHARED_NEW_MACS = "400/second burst 8000 packets";
const FEW_NEW_MACS = "1/second burst 8 packets";

/** Frames a second and at once, as nft writes them. */
const frames = (rate: number, burst: number) => `${rate}/second burst ${burst} packets`;
/** Matches what of a port exceeds a rate. */
const over = (set: string, rate: string) => `update @${set} { iifname limit rate over ${rate} }`;
const drop = (limit: TableLimit) => `update @${metSet(limit)} { iifname } drop`;
/** Drops what of a port exceeds a rate. */
const dropOver = (set: string, rate: string, limit: TableLimit) =>
  `${over(set, rate)} ${drop(limit)}`;
/** Drops what of a port exceeds a few, where all such ports together exceed a rate. */
const dropTogether = (set: string, few: string, all: string, limit: TableLimit) =>
  `${over(set, few)} limit rate over ${all} ${drop(limit)}`;

const dropSent = dropOver("senders", frames(PORT_FRAMES, PORT_FRAMES), "frames");

/** Bytes of a full Ethernet frame, without its checksum. */
const FULL_FRAME = 1514;
/** nft hands the kernel 32 bits of a burst, whatever it is told. */
const MOST_BURST = 2 ** 32 - 1;

/** The bytes of as many full frames a second and at once. */
const bytes = (rate: number, burst: number) =>
  `${rate * FULL_FRAME} bytes/second burst ${Math.min(burst * FULL_FRAME, MOST_BURST)} bytes`;

/**
 * Two limits: of each device, and of all devices together that flood more than a few frames.
 *
 * What a device hands over in one piece counts as one frame, however many it becomes (UDP_SEGMENT
 * of udp(7): 64 kB). So bytes are limited, too, by as many as the limit's full frames have.
 */
const dropFlooded = (name: string, { limit, burst, together }: OwnLimit) => [
  dropOver(`meters_${name}`, frames(limit, burst), "storm"),
  dropOver(`bytes_${name}`, bytes(limit, burst), "storm"),
  ...([[`many_${name}`, frames], [`heavy_${name}`, bytes]] as const).map(([set, write]) =>
    dropTogether(
      set,
      write(FEW_FLOODED, FEW_AT_ONCE),
      write(together * limit, together * burst),
      "share",
    )
  ),
];
/** The sets of a limit of flooded frames. */
const FLOOD_SETS = ["meters", "bytes", "many", "heavy"] as const;

/** How many addresses are known or learnt at most, and for how long. */
const MOST_LEARNT = 262_144;
const LEARNT_FOR = "flags dynamic, timeout; timeout 5m;";

const ports = (name: string, timeout: string) =>
  `set ${name} { typeof iifname; size 65536; flags dynamic, timeout; timeout ${timeout}; }`;

/** An element keeps the limit that it began with, so each limit has its sets. */
const meters = (name: string) =>
  FLOOD_SETS.map((set) => ports(`${set}_${name}`, "1m")).join("\n  ");

/** The limit of all pods' ports has a name of another form: its sets stay when others go. */
const nameOwn = ({ limit, burst, together }: OwnLimit) => `${limit}_${burst}_${together}`;

/** A chain without rules whose name says what the table is made of: another manager's differs. */
export function formChain(form: StormForm): string {
  const digest = createHash("sha256").update(describeTable(form, [])).digest("hex");
  return `form_${digest.slice(0, 16)}`;
}

/**
 * Frames of MAC addresses that are new at a pod's port, where bridges keep no limit. While the set
 * "learnt" or "known" is full nothing is dropped: neither a full set nor somebody who fills it is
 * to take others' frames. The address is known for as long as it counts as learnt at the port.
 */
const learnSlowly = (learnt: readonly AtPort[]) => `
  set learnt { typeof iifname . ether saddr; size ${MOST_LEARNT}; ${LEARNT_FOR}${
  elements(learnt.map(([mac, port]) => `"${port}" . ${mac}`))
} }
  set silent { typeof iifname; size 65536; }
  ${ports("newcomers", "1m")}
  ${ports("many_newcomers", "1m")}
  chain learn_slowly {
    iifname @silent goto learn
    meta pkttype != @full ${dropOver("newcomers", frames(NEW_MACS, NEW_MACS_BURST), "learning")}
    meta pkttype != @full ${
  dropTogether("many_newcomers", FEW_NEW_MACS, SHARED_NEW_MACS, "learning")
}
    add @learnt { iifname . ether saddr } update @known { ether saddr } return
    update @full { meta pkttype }
  }`;
const LEARN = "ether saddr != @known jump learn";
const LEARN_BY_PORT = "iifname . ether saddr != @learnt jump learn_slowly";

/**
 * nft knows no bridge's table of MAC addresses, so the table learns by itself which are in use: a
 * frame to another one is flooded by its bridge. A port may make few MAC addresses known at a time
 * (7,000 in five minutes), so no port fills the set. Frames of a known one do not keep it there:
 * one port could fill the set in hours then. Its next frame after its time makes it known again.
 * Many ports together can fill the set. Then frames to one MAC address (their `pkttype` is "other")
 * count as known ones, whatever the address is: others' work is worth more than this limit.
 *
 * Pods' ports are limited: what comes from another node was limited there, port by port. But who
 * has sent it pays for no copy of it here, and what waits for a processor has room for some 1,000
 * frames of all LANs (net.core.netdev_max_backlog). So the VXLAN device of a LAN with several ports
 * has a limit of its own. The name of a port does not tell it from the VXLAN device of a LAN called
 * "mgmt", so the device's kind counts, too.
 * Each set has a `typeof`, as in the VTEP filter: an older nft can list it then.
 *
 * Where bridges keep no limit of MAC addresses ({@link learnSlowly}), the table limits those of a
 * port, too.
 * @param learnt what the bridges have learnt
 */
export function renderTable(form: StormForm, learnt: readonly AtPort[]): string {
  return `${REMOVE_STORM_TABLE}${describeTable(form, learnt)}` +
    `add chain ${STORM_TABLE} ${formChain(form)}\n`;
}

export const REMOVE_STORM_TABLE = `add table ${STORM_TABLE}\ndelete table ${STORM_TABLE}\n`;

function describeTable({ limit, learnsSlowly }: StormForm, learnt: readonly AtPort[]): string {
  const known = [...new Set(learnt.map(([mac]) => mac))];
  return `table ${STORM_TABLE} {
  set known { typeof ether saddr; size ${MOST_LEARNT}; ${LEARNT_FOR}${elements(known)} }
  set full { typeof meta pkttype; size 8; flags dynamic, timeout; timeout 10s; }
  ${ports("learners", "1m")}
  ${ports("senders", "1m")}
  ${meters(`${limit}`)}
  ${TABLE_LIMITS.map((one) => ports(metSet(one), `${OVER_SECONDS}s`)).join("\n  ")}
  map own { typeof iifname : verdict; }
  chain flooded {
    iifname vmap @own
    ${dropFlooded(`${limit}`, limitOfPort(limit)).join("\n    ")}
  }
  chain learn {
    update @learners { iifname limit rate over 20/second burst 1000 packets } return
    add @known { ether saddr } return
    update @full { meta pkttype }
  }${learnsSlowly ? learnSlowly(learnt) : ""}
  chain sent {
    ${dropSent}
    ${learnsSlowly ? LEARN_BY_PORT : LEARN}
    ether daddr @known accept
    meta pkttype other meta pkttype @full accept
    goto flooded
  }
  chain frames {
    type filter hook prerouting priority -300; policy accept;
    iifname "mg*" meta iifkind "veth" goto sent
    ${LEARN}
    meta pkttype != other iifname vmap @own
  }
}
`;
}

function elements(all: readonly string[]): string {
  return all.length === 0 ? "" : ` elements = { ${all.join(", ")} };`;
}

/** Ports that learn nothing: all that they send passes, and is flooded to. */
export function planSilent(wanted: readonly string[], had: readonly string[]): string {
  return planSet(`${STORM_TABLE} silent`, had.map(quoteName), wanted.map(quoteName));
}

/** Takes away what nobody goes to any more. */
const removeOwn = (name: string) =>
  `flush chain ${STORM_TABLE} storm_${name}\ndelete chain ${STORM_TABLE} storm_${name}\n` +
  FLOOD_SETS.map((set) => `delete set ${STORM_TABLE} ${set}_${name}\n`).join("");

/** What takes away all that is said of single devices, which an earlier manager has left there. */
export function planNoOwnLimits(
  chains: readonly string[],
  { learnsSlowly }: Pick<StormForm, "learnsSlowly">,
): string {
  const silent = learnsSlowly ? `flush set ${STORM_TABLE} silent\n` : "";
  const names = chains.flatMap((chain) => /^storm_(\w+)$/.exec(chain)?.[1] ?? []);
  return `${silent}flush map ${STORM_TABLE} own\n${names.map(removeOwn).join("")}`;
}

/** What is told of devices that have limits of their own; the devices that were told before. */
export function planOwnLimits(
  wanted: ReadonlyMap<string, OwnLimit>,
  had: ReadonlyMap<string, OwnLimit>,
): string {
  const nameOf = (all: ReadonlyMap<string, OwnLimit>, device: string) => {
    const own = all.get(device);
    return own && nameOwn(own);
  };
  const gone = [...had].filter(([device, own]) => nameOf(wanted, device) !== nameOwn(own));
  const added = [...wanted].filter(([device, own]) => nameOf(had, device) !== nameOwn(own));
  const limits = new Map(added.map(([, own]) => [nameOwn(own), own]));
  const used = new Set([...wanted.values()].map(nameOwn));
  const unused = new Set([...had.values()].map(nameOwn)).difference(used);
  return [
    ...gone.map(([device]) => `delete element ${STORM_TABLE} own { "${device}" }\n`),
    ...[...unused].map(removeOwn),
    ...[...limits].map(([name, own]) =>
      `table ${STORM_TABLE} {\n  ${meters(name)}\n}\n` +
      `add chain ${STORM_TABLE} storm_${name}\nflush chain ${STORM_TABLE} storm_${name}\n` +
      [...dropFlooded(name, own), "accept"].map((rule) =>
        `add rule ${STORM_TABLE} storm_${name} ${rule}\n`
      ).join("")
    ),
    ...added.map(([device, own]) =>
      `add element ${STORM_TABLE} own { "${device}" : goto storm_${nameOwn(own)} }\n`
    ),
  ].join("");
}

/**
 * The table's chains, of what `nft list chains bridge` prints; none where there is no such table.
 * To list the table nft 1.0.6 reads all elements of its sets, also where it prints none (`-t`): a
 * full set takes it ten seconds.
 */
export function parseChains(listing: string): string[] {
  const table = listing.split(/^(?=table )/m).find((one) =>
    one.startsWith(`table ${STORM_TABLE} {`)
  );
  return [...(table ?? "").matchAll(/^\tchain (\w+) \{/gm)].map(([, name]) => name!);
}

const listing = z.object({
  nftables: z.array(z.object({
    set: z.object({
      elem: z.array(z.union([z.string(), z.object({ elem: z.object({ val: z.string() }) })]))
        .default([]),
    }).optional(),
  })),
});

/** The ports of a set, as `nft -j list set` prints it. */
export function parsePorts(json: string): string[] {
  const { nftables } = readAnswer(listing, "nft", json);
  return nftables.flatMap(({ set }) => set?.elem ?? []).map((one) =>
    typeof one === "string" ? one : one.elem.val
  );
}
