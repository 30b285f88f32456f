// Finds the underlay of a node: the device that carries VXLAN, its address and MTU.
import * as z from "zod/mini";
import { argvOf, ip } from "../iproute2/words.ts";
import { readAnswer } from "../process/answers.ts";
import { must, mustEnd } from "../process/must.ts";
import { fail } from "../faults.ts";
import type { Run } from "../process/exec.ts";

/** The network that carries VXLAN. */
export interface Underlay {
  /** VTEP address. */
  readonly vtep: string;
  /** Bytes. */
  readonly mtu: number;
}

/** Bytes of the outer Ethernet, IP, UDP and VXLAN headers (RFC 7348, section 5). */
export function vxlanOverhead(vtep: string): number {
  return vtep.includes(":") ? 70 : 50;
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

/** What a device of the node may be called, of which somebody says that it is the underlay. */
export const DEVICE_NAME = /^[^\s/:#"'\\]{1,15}$/;

/** How the underlay may be named: by its device or by its address. */
export interface UnderlayHint {
  readonly device?: string;
  /** With a device it matters only where the device has several addresses. */
  readonly address?: string;
}

/**
 * Looks for the underlay in the caller's own network namespace.
 * @throws {FaultError} "config" when the hint fits no device
 * @throws {FaultError} "try-later" when no device has an address
 */
export async function findUnderlay(run: Run, hint: UnderlayHint = {}): Promise<Underlay> {
  // Which device has the default route matters only where nothing else is said.
  const isNamed = hint.device !== undefined || hint.address !== undefined;
  const [candidates, defaults] = await Promise.all([
    findCandidates(run),
    isNamed ? [] : findDefaultDevices(run),
  ]);
  const chosen = chooseUnderlay(candidates, defaults, hint);
  if (chosen !== undefined) return chosen;
  const { device, address } = hint;
  const rule = "an interface of this node that is up and has a global address";
  if (device !== undefined) {
    fail("config", `Cannot use the underlay device ${device}: it is not ${rule}`);
  }
  if (address !== undefined) {
    fail(
      "config",
      `Cannot use the VTEP address ${address}: no interface of this node that is up has it`,
    );
  }
  return fail("try-later", `Cannot find the VTEP address: there is not ${rule}`);
}

/** A node without IPv6 has `ip` fail. */
async function findDefaultDevices(run: Run): Promise<string[]> {
  const ask = (...options: string[]) =>
    mustEnd(
      "find the default route",
      { argv: argvOf(ip`route show default`, "-json", ...options) },
      run,
    );
  const found = await Promise.all([ask(), ask("-6")]);
  return found.flatMap((done) => done.reason === "success" ? parseRoutes(done.stdout) : []);
}

/**
 * All global addresses of the devices that are up in the caller's own network namespace.
 * @throws {FaultError} "try-later" when they cannot be read
 */
export async function findAddresses(run: Run): Promise<string[]> {
  return (await findCandidates(run)).flatMap(({ addresses }) => addresses);
}

async function findCandidates(run: Run): Promise<Candidate[]> {
  const command = { argv: argvOf(ip`address show up`, "-json") };
  const addresses = await must("read the node's addresses", command, run);
  return parseCandidates(addresses.stdout);
}

/**
 * The device or address that the hint names. Without a hint, the first device that has an address:
 * the devices of default routes come first.
 */
export function chooseUnderlay(
  candidates: readonly Candidate[],
  defaults: readonly string[],
  { device, address }: UnderlayHint,
): Underlay | undefined {
  const inOrder = device !== undefined
    ? [device]
    : [...defaults, ...candidates.map((one) => one.device)];
  for (const name of inOrder) {
    const candidate = candidates.find((one) => one.device === name);
    const isFree = address === undefined || device !== undefined;
    const vtep = candidate?.addresses.find((one) => one === address) ??
      (isFree ? candidate?.addresses[0] : undefined);
    if (candidate !== undefined && vtep !== undefined) return { vtep, mtu: candidate.mtu };
  }
  return undefined;
}

function parseRoutes(json: string): string[] {
  return readAnswer(routes, "ip", json || "[]").flatMap(({ dev }) =>
    dev === undefined ? [] : [dev]
  );
}

function parseCandidates(json: string): Candidate[] {
  return readAnswer(devices, "ip", json || "[]").flatMap(({ ifname, mtu, flags, addr_info }) => {
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
