// The table that limits what ports of LANs may send and have flooded, as nft(8) writes it. Pure.
import { createHash } from "node:crypto";
import * as z from "zod";
import type { Limited } from "../events/event.ts";
import { readAnswer } from "../../shared/process/answers.ts";

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
 * Frames a second that a port may have flooded where each becomes one packet to each of so many
 * nodes: all together are no more than a port may send. The nodes are counted in powers of two:
 * each limit has its own sets, and LANs differ by few nodes.
 */
export function limitOfCopies(nodes: number): number {
  return Math.max(1, Math.floor(PORT_FRAMES / 2 ** Math.ceil(Math.log2(Math.max(1, nodes)))));
}

/** What the table limits. */
export const TABLE_LIMITS = ["storm", "frames"] as const satisfies readonly Limited["limit"][];
type TableLimit = typeof TABLE_LIMITS[number];

/** The set of the ports that have met a limit. */
export const metSet = (limit: TableLimit) => `met_${limit}`;

/** Drops what of a port exceeds a rate. */
const dropOver = (set: string, rate: string, limit: TableLimit) =>
  `update @${set} { iifname limit rate over ${rate} } update @${metSet(limit)} { iifname } drop`;

const dropSent = `iifname "mg*" ` +
  dropOver("senders", `${PORT_FRAMES}/second burst ${PORT_FRAMES} packets`, "frames");

/** Bytes of a full Ethernet frame, without its checksum. */
const FULL_FRAME = 1514;
/** nft hands the kernel 32 bits of a burst, whatever it is told. */
const MOST_BURST = 2 ** 32 - 1;

/**
 * What a device hands over in one piece counts as one frame, however many it becomes (UDP_SEGMENT
 * of udp(7): 64 kB). So bytes are limited, too, by as many as the limit's full frames have.
 */
const dropFlooded = (limit: number) => {
  const [bytes, frames] = [limit * FULL_FRAME, `${limit}/second burst ${limit * BURST_SECONDS}`];
  const burst = Math.min(bytes * BURST_SECONDS, MOST_BURST);
  return [
    dropOver(`meters_${limit}`, `${frames} packets`, "storm"),
    dropOver(`bytes_${limit}`, `${bytes} bytes/second burst ${burst} bytes`, "storm"),
  ];
};

const ports = (name: string, timeout: string) =>
  `set ${name} { typeof iifname; size 65536; flags dynamic, timeout; timeout ${timeout}; }`;

/** An element keeps the limit that it began with, so each limit has its sets. */
const meters = (limit: number) =>
  `${ports(`meters_${limit}`, "1m")}\n  ${ports(`bytes_${limit}`, "1m")}`;

/** A chain without rules whose name says what the table is made of: another manager's differs. */
export function formChain(limit: number): string {
  const digest = createHash("sha256").update(describeTable(limit, "")).digest("hex");
  return `form_${digest.slice(0, 16)}`;
}

/**
 * nft knows no bridge's table of MAC addresses, so the table learns by itself which are in use: a
 * frame to another one is flooded by its bridge. A port may make few MAC addresses known at a time
 * (7,000 in five minutes), so no port fills the set. Frames of a known one do not keep it there:
 * one port could fill the set in hours then. Its next frame after its time makes it known again.
 * Many ports together can fill the set. Then frames to one MAC address (their `pkttype` is "other")
 * count as known ones, whatever the address is: others' work is worth more than this limit.
 *
 * Pods' ports alone are limited: what comes from another node was limited there. Each set has a
 * `typeof`, as in the VTEP filter: an older nft can list it then.
 * @param known MAC addresses in use
 */
export function renderTable(limit: number, known: readonly string[]): string {
  const elements = known.length === 0 ? "" : `elements = { ${known.join(", ")} };`;
  return `${REMOVE_STORM_TABLE}${describeTable(limit, elements)}` +
    `add chain ${STORM_TABLE} ${formChain(limit)}\n`;
}

export const REMOVE_STORM_TABLE = `add table ${STORM_TABLE}\ndelete table ${STORM_TABLE}\n`;

function describeTable(limit: number, elements: string): string {
  return `table ${STORM_TABLE} {
  set known { typeof ether saddr; size 262144; flags dynamic, timeout; timeout 5m; ${elements} }
  set full { typeof meta pkttype; size 8; flags dynamic, timeout; timeout 10s; }
  ${ports("learners", "1m")}
  ${ports("senders", "1m")}
  ${meters(limit)}
  ${TABLE_LIMITS.map((one) => ports(metSet(one), `${OVER_SECONDS}s`)).join("\n  ")}
  map own { typeof iifname : verdict; }
  chain flooded {
    iifname vmap @own
    ${dropFlooded(limit).join("\n    ")}
  }
  chain learn {
    update @learners { iifname limit rate over 20/second burst 1000 packets } return
    add @known { ether saddr } return
    update @full { meta pkttype }
  }
  chain frames {
    type filter hook prerouting priority -300; policy accept;
    ${dropSent}
    ether saddr != @known jump learn
    ether daddr @known accept
    meta pkttype other meta pkttype @full accept
    iifname "mg*" goto flooded
  }
}
`;
}

/** Takes away what nobody goes to any more. */
const removeOwn = (limit: number) =>
  `flush chain ${STORM_TABLE} storm_${limit}\ndelete chain ${STORM_TABLE} storm_${limit}\n` +
  `delete set ${STORM_TABLE} meters_${limit}\ndelete set ${STORM_TABLE} bytes_${limit}\n`;

/** What takes away all limits of LANs' own, which an earlier manager has left in the table. */
export function planNoOwnLimits(table: string): string {
  const limits = [...table.matchAll(/^\tchain storm_(\d+) \{/gm)].map(([, limit]) => Number(limit));
  return `flush map ${STORM_TABLE} own\n${limits.map(removeOwn).join("")}`;
}

/** What is told of ports whose LANs have limits of their own; the ports that were told before. */
export function planOwnLimits(
  wanted: ReadonlyMap<string, number>,
  had: ReadonlyMap<string, number>,
): string {
  const gone = [...had].filter(([port, limit]) => wanted.get(port) !== limit);
  const added = [...wanted].filter(([port, limit]) => had.get(port) !== limit);
  const limits = [...new Set(added.map(([, limit]) => limit))];
  const used = new Set(wanted.values());
  const unused = new Set(had.values()).difference(used);
  return [
    ...gone.map(([port]) => `delete element ${STORM_TABLE} own { "${port}" }\n`),
    ...[...unused].map(removeOwn),
    ...limits.map((limit) =>
      `table ${STORM_TABLE} {\n  ${meters(limit)}\n}\n` +
      `add chain ${STORM_TABLE} storm_${limit}\nflush chain ${STORM_TABLE} storm_${limit}\n` +
      [...dropFlooded(limit), "accept"].map((rule) =>
        `add rule ${STORM_TABLE} storm_${limit} ${rule}\n`
      ).join("")
    ),
    ...added.map(([port, limit]) =>
      `add element ${STORM_TABLE} own { "${port}" : goto storm_${limit} }\n`
    ),
  ].join("");
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
