// The table that limits what ports of LANs may have flooded, as nft(8) writes it. Pure.
import * as z from "zod";
import { readAnswer } from "../../shared/process/answers.ts";

export const STORM_TABLE = "bridge megalos";

/** A burst may be as long as so many seconds of the limit: 500 devices start at the same time. */
const BURST_SECONDS = 5;
/** A storm is over when nothing was dropped for so many seconds. */
const OVER_SECONDS = 30;

const drop = (limit: number) =>
  `update @meters_${limit} { iifname limit rate over ${limit}/second burst ${
    limit * BURST_SECONDS
  } packets } update @storming { iifname } drop`;

/** An element keeps the limit that it began with, so each limit has its set. */
const meters = (limit: number) =>
  `set meters_${limit} { typeof iifname; size 65536; flags dynamic, timeout; timeout 1m; }`;

/** How the rule of a limit shows itself in a list of its chain. */
export const limitWords = (limit: number) => `limit rate over ${limit}/second`;

/**
 * nft knows no bridge's table of MAC addresses, so the table learns by itself which are in use: a
 * frame to another one is flooded by its bridge. A port may make few MAC addresses known at a time,
 * so nobody fills the set. Pods' ports alone are limited: what comes from another node was limited
 * there. Each set has a `typeof`, as in the VTEP filter: an older nft can list it then.
 * @param known MAC addresses in use
 */
export function renderTable(limit: number, known: readonly string[]): string {
  const elements = known.length === 0 ? "" : `elements = { ${known.join(", ")} };`;
  return `add table ${STORM_TABLE}
delete table ${STORM_TABLE}
table ${STORM_TABLE} {
  set known { typeof ether saddr; size 262144; flags dynamic, timeout; timeout 5m; ${elements} }
  set learners { typeof iifname; size 65536; flags dynamic, timeout; timeout 1m; }
  ${meters(limit)}
  set storming { typeof iifname; size 65536; flags dynamic, timeout; timeout ${OVER_SECONDS}s; }
  map own { typeof iifname : verdict; }
  chain flooded {
    iifname vmap @own
    ${drop(limit)}
  }
  chain learn {
    add @learners { iifname limit rate over 20/second burst 1000 packets } return
    add @known { ether saddr }
  }
  chain frames {
    type filter hook prerouting priority -300; policy accept;
    ether saddr != @known jump learn
    ether daddr @known accept
    iifname "mg*" goto flooded
  }
}
`;
}

export const REMOVE_STORM_TABLE = `add table ${STORM_TABLE}\ndelete table ${STORM_TABLE}\n`;

/** What is told of ports whose LANs have limits of their own; the ports that were told before. */
export function planOwnLimits(
  wanted: ReadonlyMap<string, number>,
  had: ReadonlyMap<string, number>,
): string {
  const gone = [...had].filter(([port, limit]) => wanted.get(port) !== limit);
  const added = [...wanted].filter(([port, limit]) => had.get(port) !== limit);
  const limits = [...new Set(added.map(([, limit]) => limit))];
  return [
    ...gone.map(([port]) => `delete element ${STORM_TABLE} own { "${port}" }\n`),
    ...limits.map((limit) =>
      `table ${STORM_TABLE} {\n  ${meters(limit)}\n}\n` +
      `add chain ${STORM_TABLE} storm_${limit}\nflush chain ${STORM_TABLE} storm_${limit}\n` +
      `add rule ${STORM_TABLE} storm_${limit} ${drop(limit)}\n` +
      `add rule ${STORM_TABLE} storm_${limit} accept\n`
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

/** The ports of the set `storming`, as `nft -j list set` prints it. */
export function parseStorming(json: string): string[] {
  const { nftables } = readAnswer(listing, "nft", json);
  return nftables.flatMap(({ set }) => set?.elem ?? []).map((one) =>
    typeof one === "string" ? one : one.elem.val
  );
}
