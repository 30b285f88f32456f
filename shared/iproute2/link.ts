// What `ip -j -d link show` says about a device, reduced to what this project asks.
import { fail } from "../faults.ts";
import { quote } from "../quote.ts";
import * as z from "zod/mini";

/** A device as the kernel has it. */
export interface Link {
  readonly ifindex: number;
  readonly ifname: string;
  readonly altnames: readonly string[];
  readonly alias?: string;
  /** Ethernet address, lower case; empty for devices without one. */
  readonly mac: string;
  readonly mtu: number;
  /** Administratively up. */
  readonly up: boolean;
  /** The other side is up, too (LOWER_UP); not there where it is not. */
  readonly carrier?: true;
  readonly group: number;
  /** Name of the bridge it is a port of. */
  readonly master?: string;
  /** "bridge", "vxlan", "veth"...; undefined for physical devices. */
  readonly kind?: string;
  /** Index of a veth's other end, in that one's namespace. */
  readonly peer?: number;
  readonly vxlan?: {
    readonly vni: number;
    readonly local?: string;
    readonly vxlanPort?: number;
    readonly learning?: boolean;
  };
  readonly bridge?: { readonly snooping: boolean; readonly groupFwdMask: number };
  readonly port?: { readonly learning: boolean; readonly groupFwdMask: number };
}

const schema = z.array(z.object({
  ifindex: z.optional(z.number()),
  link_index: z.optional(z.number()),
  ifname: z.optional(z.string()),
  altnames: z.optional(z.array(z.string())),
  ifalias: z.optional(z.string()),
  address: z.optional(z.string()),
  mtu: z.optional(z.number()),
  flags: z.optional(z.array(z.string())),
  group: z.optional(z.string()),
  master: z.optional(z.string()),
  linkinfo: z.optional(z.object({
    info_kind: z.optional(z.string()),
    info_data: z.optional(z.object({
      id: z.optional(z.unknown()),
      local: z.optional(z.string()),
      local6: z.optional(z.string()),
      port: z.optional(z.unknown()),
      learning: z.optional(z.boolean()),
      mcast_snooping: z.optional(z.number()),
      group_fwd_mask: z.optional(z.string()),
    })),
    info_slave_data: z.optional(z.object({
      learning: z.optional(z.boolean()),
      group_fwd_mask: z.optional(z.string()),
    })),
  })),
}));
type Raw = z.infer<typeof schema>[number];

/**
 * Reads one JSON array of `ip -j`. A filter prints `{}` for what it leaves out; that is skipped.
 * @throws {FaultError} of kind "kernel" for anything else
 */
export function parseLinks(json: string): Link[] {
  return parseRaw(json).flatMap((raw) =>
    raw.ifindex === undefined || raw.ifname === undefined
      ? []
      : [toLink(raw, raw.ifindex, raw.ifname)]
  );
}

function parseRaw(json: string): Raw[] {
  try {
    return schema.parse(JSON.parse(json));
  } catch {
    return fail("kernel", `Cannot read the devices: ip has printed ${quote(json)}`);
  }
}

function toLink(raw: Raw, ifindex: number, ifname: string): Link {
  const data = raw.linkinfo?.info_data;
  const slave = raw.linkinfo?.info_slave_data;
  const local = data?.local ?? data?.local6;
  return {
    ifindex,
    ifname,
    altnames: raw.altnames ?? [],
    mac: raw.address ?? "",
    mtu: raw.mtu ?? 0,
    up: raw.flags?.includes("UP") ?? false,
    ...(raw.flags?.includes("LOWER_UP") && { carrier: true }),
    group: raw.group === undefined || raw.group === "default" ? 0 : Number(raw.group),
    ...(raw.ifalias !== undefined && { alias: raw.ifalias }),
    ...(raw.master !== undefined && { master: raw.master }),
    ...(raw.linkinfo?.info_kind !== undefined && { kind: raw.linkinfo.info_kind }),
    ...(raw.linkinfo?.info_kind === "veth" && raw.link_index !== undefined && {
      peer: raw.link_index,
    }),
    ...(raw.linkinfo?.info_kind === "vxlan" && typeof data?.id === "number" && {
      vxlan: {
        vni: data.id,
        ...(local !== undefined && { local }),
        ...(typeof data.port === "number" && { vxlanPort: data.port }),
        ...(data.learning !== undefined && { learning: data.learning }),
      },
    }),
    ...(data?.mcast_snooping !== undefined && {
      bridge: {
        snooping: data.mcast_snooping !== 0,
        groupFwdMask: Number(data.group_fwd_mask ?? 0),
      },
    }),
    ...(slave !== undefined && {
      port: { learning: slave.learning ?? true, groupFwdMask: Number(slave.group_fwd_mask ?? 0) },
    }),
  };
}
