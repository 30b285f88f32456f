// The filter of VXLAN packets in the node's own network namespace, as nft(8) writes it. Pure.
import { readAnswer } from "../../shared/process/answers.ts";
import { planSet, quoteName } from "../nft.ts";
import * as z from "zod";

/** Who may send VXLAN to this node. */
export interface Filter {
  /** UDP ports of VXLAN; the first one is that of most LANs. */
  readonly udpPorts: readonly number[];
  /** Devices that lead to other nodes. */
  readonly underlays: readonly string[];
  /** Addresses of the nodes, of either family. */
  readonly vteps: readonly string[];
  /** VNIs of devices that are not ours: what is theirs passes. */
  readonly others: readonly number[];
  /** The node tracks connections (nf_conntrack). */
  readonly isTracking: boolean;
  /** The kernel finds no route where packets are judged: it is asked before; see {@link RULES}. */
  readonly findsRoutesEarly: boolean;
}

export const TABLE = "inet megalos";
const SETS = [
  "ports",
  "underlays",
  "vteps4",
  "vteps6",
  "others",
  "known4",
  "known6",
  "quoted4",
] as const;
type SetName = typeof SETS[number];
/** How many elements each set takes. */
const SIZES: Readonly<Record<SetName, number>> = {
  ports: 65_536,
  underlays: 256,
  vteps4: 65_536,
  vteps6: 65_536,
  others: 4_096,
  known4: 65_536,
  known6: 65_536,
  quoted4: 65_536,
};
/**
 * The short cut is for the first UDP port, and for others as far as it has no more elements than
 * this: each LAN can have a port of its own, and nft prints all elements in each look.
 */
const MOST_COMBINED = 8_192;
/** What each set holds, as texts. */
export type Sets = Readonly<Record<SetName, readonly string[]>>;

/** How many packets were dropped, and why. */
export interface Dropped {
  /** Their source is no node. */
  readonly strangers: number;
  /** They came from elsewhere than their source is, such as from a pod. */
  readonly spoofed: number;
  /** They were under way to another node, such as from a pod. */
  readonly forwarded: number;
}

/** What is told of the filter. */
export interface FilterFigures {
  /** How many addresses may send VXLAN, with this node's own. */
  readonly nodes: number;
  /** Packets by why they were dropped. */
  readonly dropped: Dropped;
}

/** The table as it was found. */
export interface SeenFilter {
  /**
   * All that is the same from look to look while nobody changes it, as a text to be compared: the
   * table's flags, chains, rules, and what sets are. It differs from one nft to another.
   */
  readonly form: string;
  readonly sets: Sets;
  readonly dropped: Dropped;
}

/** The flag of a VNI and no other one (RFC 7348, section 5), behind the UDP header (64 bits). */
const IS_VXLAN = "@th,64,32 0x08000000";
/**
 * An ICMP message (RFC 792) about a packet to another node. It quotes the packet behind its own 64
 * bits: the packet's protocol is its byte 9, its destination is at byte 16.
 */
const SAYS_TOO_BIG = "icmp type destination-unreachable icmp code frag-needed @th,192,32 @quoted4";

/** Drops fragments whose UDP port nobody can see: it neither is one of VXLAN nor is not. */
const cutOff = (way: string, counter: keyof Dropped) =>
  `  chain cut_off_${way} {
    meta l4proto != udp return
    udp dport @ports return
    udp dport != @ports return
    counter name ${counter} drop
  }
`;

/**
 * The hooks come behind those that give packets another destination: NAT, and IPVS at 98 and 99
 * (ip_vs_core.c). So a Service leads nobody around the filter. The VNI is the 24 bits behind the
 * UDP header (64 bits), VXLAN's flags and its reserved bits (32).
 *
 * An IPv4 fragment is whole again at the hook "input", an IPv6 one only where the node tracks
 * connections. Else the first fragment is judged, and the rest is nothing without it. One that ends
 * among its options has no port to be judged by, but Linux puts most such packets together. So it
 * is dropped: nobody may send it (RFC 7112).
 *
 * The node does not track VXLAN as connections: each flow in a LAN is a UDP port of its own, times
 * the nodes, so one pod could fill the node's table, and nobody else could connect any more. A
 * definition may name any UDP port, also one that a Service has. So only what has VXLAN's flags is
 * taken out of tracking: a Service's packets have to be translated. Where the node tracks nothing
 * the two chains that do so would only cost time ({@link UNTRACK}).
 *
 * VXLAN leaves without DF, so no router says that it is too big. But the kernel believes everybody
 * who says so of a ping (1) or of UDP (17), and would send what goes to that node in pieces of 552
 * bytes. TCP finds out itself whether the packet was its own, and tunnels whether they lead there.
 * Routers between nodes are behind the underlays: by other devices no true word of them comes.
 *
 * A known node's packet is looked up once, by UDP port, device and address. The sets "known4" and
 * "known6" are a short cut alone: what they lack is judged by the others, with three lookups.
 *
 * Linux 5.10 finds a route at the hook "prerouting" alone ({@link EARLY}). There IPVS has not given
 * a packet its destination yet: of a Service of UDP that leads to a VXLAN port of the node itself
 * nobody asks where its packets come from.
 *
 * Each set has a `typeof`: nft 1.0.6 (Debian 12) ends with a segmentation fault when it lists a set
 * that nft 1.1.7, which the image has, was given a `type` of. `nft list ruleset` of a node's admin
 * would end so.
 */
const renderRules = (spoofed: string) => `
table ${TABLE} {
  counter strangers { }
  counter spoofed { }
  counter forwarded { }
  set ports { typeof udp dport; size ${SIZES.ports}; }
  set underlays { typeof iifname; size ${SIZES.underlays}; }
  set vteps4 { typeof ip saddr; size ${SIZES.vteps4}; }
  set vteps6 { typeof ip6 saddr; size ${SIZES.vteps6}; }
  set others { typeof @th,96,24; size ${SIZES.others}; }
  set known4 { typeof udp dport . iifname . ip saddr; size ${SIZES.known4}; }
  set known6 { typeof udp dport . iifname . ip6 saddr; size ${SIZES.known6}; }
  set quoted4 { typeof @th,192,32; size ${SIZES.quoted4}; }
  chain to_node {
    @th,96,24 @others return
    ip saddr != @vteps4 counter name strangers drop
    ip6 saddr != @vteps6 counter name strangers drop
    ${spoofed}
  }
  chain to_others {
    @th,96,24 @others return
    iifname != @underlays ip daddr @vteps4 counter name forwarded drop
    iifname != @underlays ip6 daddr @vteps6 counter name forwarded drop
  }
${cutOff("to_node", "strangers")}${cutOff("to_others", "forwarded")}  chain input {
    type filter hook input priority 110; policy accept;
    udp dport . iifname . ip saddr @known4 accept
    udp dport . iifname . ip6 saddr @known6 accept
    udp dport @ports jump to_node
    frag frag-off 0 jump cut_off_to_node
    iifname != @underlays ${SAYS_TOO_BIG} drop
    ${SAYS_TOO_BIG} @th,136,8 { 1, 17 } drop
  }
  chain forward {
    type filter hook forward priority 110; policy accept;
    udp dport @ports jump to_others
    iifname != @underlays ip6 daddr @vteps6 frag frag-off 0 jump cut_off_to_others
  }
}
`;

const IS_SPOOFED = "fib saddr . iif oif missing counter name spoofed drop";
const RULES = renderRules(`iifname != @underlays ${IS_SPOOFED}`);
/** The hook comes behind the one that gives packets another destination (-100). */
const EARLY = `${renderRules("")}
table ${TABLE} {
  chain from_elsewhere {
    @th,96,24 @others return
    ip saddr @vteps4 ${IS_SPOOFED}
    ip6 saddr @vteps6 ${IS_SPOOFED}
  }
  chain arrived {
    type filter hook prerouting priority -90; policy accept;
    udp dport @ports iifname != @underlays fib daddr type local jump from_elsewhere
  }
}
`;

/** Gives the table what it has besides where the node tracks connections; see {@link RULES}. */
export const UNTRACK = `
table ${TABLE} {
  chain received {
    type filter hook prerouting priority raw; policy accept;
    udp dport @ports ${IS_VXLAN} ip saddr @vteps4 notrack
    udp dport @ports ${IS_VXLAN} ip6 saddr @vteps6 notrack
  }
  chain sent {
    type filter hook output priority raw; policy accept;
    udp dport @ports ${IS_VXLAN} notrack
  }
}
`;

/** Takes the table away, whether it is there or not. */
export const REMOVE_FILTER = `add table ${TABLE}\ndelete table ${TABLE}\n`;

export function setsOf(
  { udpPorts, underlays, vteps, others }: Omit<Filter, "isTracking" | "findsRoutesEarly">,
): Sets {
  const isIpv6 = (address: string) => address.includes(":");
  const [vteps4, vteps6] = [vteps.filter((one) => !isIpv6(one)), vteps.filter(isIpv6)];
  const combine = (name: SetName, vteps: readonly string[]) => {
    const ofPort = underlays.length * vteps.length;
    if (ofPort === 0 || ofPort > SIZES[name]) return [];
    return udpPorts.slice(0, Math.max(1, Math.floor(MOST_COMBINED / ofPort))).flatMap((port) =>
      underlays.flatMap((device) => vteps.map((vtep) => joined([port, device, vtep])))
    );
  };
  return {
    ports: udpPorts.map(String),
    underlays: [...underlays],
    vteps4,
    vteps6,
    others: others.map(String),
    known4: combine("known4", vteps4),
    known6: combine("known6", vteps6),
    quoted4: vteps4.map(numberOf),
  };
}

/** An IPv4 address as nft has a number of 32 bits. */
function numberOf(address: string): string {
  return `${address.split(".").reduce((number, byte) => number * 256 + Number(byte), 0)}`;
}

type Joined = readonly [udpPort: number, device: string, vtep: string];

/** As nft takes it. */
function joined([udpPort, device, vtep]: Joined): string {
  return `${udpPort} . "${device}" . ${vtep}`;
}

/**
 * What nft is to be told, all at once; empty where everything is as it should be.
 * @param seen the table, where it has our form; without it the table is made anew
 * @throws where a set is too small: nft would refuse all of it, and name each element
 */
export function planFilter(wanted: Filter, seen: SeenFilter | undefined): string {
  const sets = setsOf(wanted);
  const full = SETS.find((name) => sets[name].length > SIZES[name]);
  if (full !== undefined) throw new Error(`the set ${full} is full: it takes ${SIZES[full]}`);
  const changes = SETS.map((name) => changeSet(name, seen?.sets[name] ?? [], sets[name]));
  const rules = wanted.findsRoutesEarly ? EARLY : RULES;
  const made = REMOVE_FILTER + rules + (wanted.isTracking ? UNTRACK : "");
  return (seen === undefined ? made : "") + changes.join("");
}

/** Lets a node's packets pass. */
export function addVteps(vteps: readonly string[]): string {
  const sets = setsOf({ udpPorts: [], underlays: [], vteps, others: [] });
  return SETS.map((name) => changeSet(name, [], sets[name])).join("");
}

function changeSet(name: SetName, had: readonly string[], wanted: readonly string[]): string {
  const written = (all: readonly string[]) => name === "underlays" ? all.map(quoteName) : all;
  return planSet(`${TABLE} ${name}`, written(had), written(wanted));
}

const listing = z.object({
  nftables: z.array(z.looseObject({
    set: z.looseObject({ name: z.string(), elem: z.array(z.unknown()).default([]) }).optional(),
    counter: z.looseObject({ name: z.string(), packets: z.number() }).optional(),
  })),
});

/** Reads what `nft -j list table` prints. */
export function parseFilter(json: string): SeenFilter {
  const { nftables } = readAnswer(listing, "nft", json);
  const counted = (name: string) =>
    nftables.find(({ counter }) => counter?.name === name)?.counter?.packets ?? 0;
  const elements = (name: SetName) =>
    nftables.find(({ set }) => set?.name === name)?.set?.elem.flatMap(readElement) ?? [];
  return {
    form: JSON.stringify(nftables, keepForm),
    sets: {
      ports: elements("ports"),
      underlays: elements("underlays"),
      vteps4: elements("vteps4"),
      vteps6: elements("vteps6"),
      others: elements("others"),
      known4: elements("known4"),
      known6: elements("known6"),
      quoted4: elements("quoted4"),
    },
    dropped: {
      strangers: counted("strangers"),
      spoofed: counted("spoofed"),
      forwarded: counted("forwarded"),
    },
  };
}

const CHANGING = ["metainfo", "handle", "packets", "bytes", "count"];

/** Elements are compared one by one, but for those with a comment or the like: none is ours. */
function keepForm(key: string, value: unknown): unknown {
  if (CHANGING.includes(key)) return undefined;
  if (key !== "elem" || !Array.isArray(value)) return value;
  return value.filter((one) => readElement(one).length === 0);
}

const concatenation = z.strictObject({ concat: z.tuple([z.number(), z.string(), z.string()]) });

/** An element as {@link setsOf} has it; none where it is no plain one. */
function readElement(element: unknown): string[] {
  if (typeof element === "string" || typeof element === "number") return [`${element}`];
  const { data } = concatenation.safeParse(element);
  return data === undefined ? [] : [joined(data.concat)];
}
