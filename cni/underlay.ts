// Finds the VTEP address on a node without a manager: the default route's device first.
import * as z from "zod/mini";
import { describe } from "../shared/command.ts";
import { fail } from "../shared/faults.ts";
import type { Run } from "../shared/lan/lan_netns.ts";

/** The network that carries VXLAN. */
export interface Underlay {
  /** VTEP address. */
  readonly vtep: string;
  /** Bytes. */
  readonly mtu: number;
}

const routes = z.array(z.object({ dev: z.optional(z.string()) }));
const devices = z.array(z.object({
  ifname: z.optional(z.string()),
  mtu: z.optional(z.number()),
  flags: z.optional(z.array(z.string())),
  addr_info: z.optional(z.array(z.object({
    family: z.optional(z.string()),
    local: z.optional(z.string()),
    scope: z.optional(z.string()),
  }))),
}));

/** A device of the node and its global addresses, IPv4 first. */
export interface Candidate {
  readonly device: string;
  readonly mtu: number;
  readonly addresses: readonly string[];
}

/**
 * Looks for the underlay in the caller's own network namespace.
 * @throws {FaultError} "config" when `master` has no address, "try-later" when nothing has one
 */
export async function findUnderlay(run: Run, master: string | undefined): Promise<Underlay> {
  const [addresses, ipv4, ipv6] = await Promise.all([
    run({ argv: ["ip", "-json", "address", "show", "up"] }),
    run({ argv: ["ip", "-json", "route", "show", "default"] }),
    run({ argv: ["ip", "-json", "-6", "route", "show", "default"] }),
  ]);
  if (addresses.reason !== "success") {
    fail("try-later", `Cannot read the node's addresses: ${describe(addresses)}`);
  }
  const defaults = [ipv4, ipv6].flatMap((done) =>
    done.reason === "success" ? parseRoutes(done.stdout) : []
  );
  const candidates = parseCandidates(addresses.stdout);
  const chosen = chooseUnderlay(candidates, defaults, master);
  if (chosen !== undefined) return chosen;
  if (master !== undefined) {
    fail(
      "config",
      `Cannot use master ${master}: it is not an interface of this node that is up and has an address`,
    );
  }
  return fail(
    "try-later",
    "Cannot find the VTEP address: no interface of this node has a global address",
  );
}

/** `master` where one is named, else the default routes' devices, else any: the first that has an address. */
export function chooseUnderlay(
  candidates: readonly Candidate[],
  defaults: readonly string[],
  master: string | undefined,
): Underlay | undefined {
  const wanted = master !== undefined
    ? [master]
    : [...defaults, ...candidates.map(({ device }) => device)];
  for (const device of wanted) {
    const candidate = candidates.find((one) => one.device === device);
    const vtep = candidate?.addresses[0];
    if (candidate !== undefined && vtep !== undefined) return { vtep, mtu: candidate.mtu };
  }
  return undefined;
}

function parseRoutes(json: string): string[] {
  return routes.parse(JSON.parse(json || "[]")).flatMap(({ dev }) =>
    dev === undefined ? [] : [dev]
  );
}

function parseCandidates(json: string): Candidate[] {
  return devices.parse(JSON.parse(json || "[]")).flatMap(({ ifname, mtu, flags, addr_info }) => {
    if (ifname === undefined || mtu === undefined || flags?.includes("LOOPBACK")) return [];
    const global = (addr_info ?? []).filter(({ scope }) => scope === "global");
    const inOrder = ["inet", "inet6"].flatMap((family) =>
      global.filter((one) => one.family === family)
    );
    return [{
      device: ifname,
      mtu,
      addresses: inOrder.flatMap(({ local }) => local === undefined ? [] : [local]),
    }];
  });
}
