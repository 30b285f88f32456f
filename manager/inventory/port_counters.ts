// Counters of all ports, by one `ip -s -j link`; without -details, which costs most of the time.
import * as z from "zod";
import { describe } from "../../shared/process/command.ts";
import { fail } from "../../shared/faults.ts";
import { showKind } from "../../shared/iproute2/commands.ts";
import { INTERRUPTED, readWhole } from "../../shared/iproute2/dump.ts";
import { isInterrupted } from "../../shared/iproute2/messages.ts";
import { argvOf } from "../../shared/iproute2/words.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import type { Run } from "../../shared/process/exec.ts";
import { inNetns } from "../../shared/process/netns.ts";
import type { Inventory, PortCounters } from "./inventory.ts";

const direction = z.object({
  bytes: z.number(),
  packets: z.number(),
  dropped: z.number(),
  errors: z.number(),
});
const links = z.array(z.object({
  ifname: z.string().optional(),
  stats64: z.object({ rx: direction, tx: direction }).optional(),
}));

/** By the names of the ports. */
export type CountersByPort = ReadonlyMap<string, PortCounters>;

/**
 * Reads the counters of all ports of this node.
 * @throws {FaultError} "try-later" when they cannot be read
 */
export async function readPortCounters(run: Run): Promise<CountersByPort> {
  const argv = inNetns(LAN_NETNS, argvOf(showKind("veth"), "-statistics", "-json"));
  const json = await readWhole(async () => {
    const done = await run({ argv });
    if (done.reason === "success" && done.stderr === "") return done.stdout;
    if (isInterrupted(done.stderr)) return INTERRUPTED;
    return fail("try-later", "Cannot read the counters of ports", describe(done));
  });
  return parsePortCounters(json, new Date().toISOString());
}

/**
 * What a port receives is what its pod has sent, so the two directions change their names.
 * @throws {Error} when the text is not what `ip` prints
 */
export function parsePortCounters(json: string, time: string): CountersByPort {
  return new Map(
    links.parse(JSON.parse(json || "[]")).flatMap(({ ifname, stats64 }) => {
      if (ifname === undefined || stats64 === undefined) return [];
      const { rx: sent, tx: received } = stats64;
      return [[ifname, {
        time,
        rxBytes: received.bytes,
        rxPackets: received.packets,
        rxDropped: received.dropped,
        rxErrors: received.errors,
        txBytes: sent.bytes,
        txPackets: sent.packets,
        txDropped: sent.dropped,
        txErrors: sent.errors,
      }]];
    }),
  );
}

/** The inventory with the counters of its ports. */
export function withCounters(inventory: Inventory, counters: CountersByPort): Inventory {
  const ports = inventory.ports.map((port) => {
    const counted = counters.get(port.port);
    return counted === undefined ? port : { ...port, counters: counted };
  });
  return { ...inventory, ports };
}
