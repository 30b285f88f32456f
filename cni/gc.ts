// GC: deletes the ports of a LAN whose attachments the runtime no longer knows.
import * as z from "zod/mini";
import { fail } from "../shared/faults.ts";
import { identifyLan, isPortName, portName } from "../shared/lan/lan.ts";
import { deletePorts, findPorts } from "../shared/lan/lan_ports.ts";
import { LAN_NETNS } from "../shared/lan/paths.ts";
import { type JsonObject, readLanConfig } from "./config.ts";
import { lockForDeletion, whereLanNetns } from "./lan_access.ts";
import type { CheckedCall } from "./checked_call.ts";

const KEY = "cni.dev/valid-attachments";
const attachments = z.array(z.object({ containerID: z.string(), ifname: z.string() }));

export async function gc(call: CheckedCall): Promise<undefined> {
  const { suffix, vxlanId } = readLanConfig(call.config);
  const valid = await readValidPorts(call.config);
  if (valid === undefined) return;
  const lan = await identifyLan(call.name, suffix, vxlanId);
  await whereLanNetns(call, async () => {
    using _lan = await lockForDeletion(call, lan.vni);
    const found = await findPorts(call.kernel, LAN_NETNS, lan);
    const stale = found.ports.filter(({ ifname }) => isPortName(ifname) && !valid.has(ifname));
    if (stale.length > 0) await deletePorts(call.kernel, found, stale);
  });
}

/**
 * The names of the ports that are to stay. Undefined when the runtime does not name them: then
 * nothing is collected.
 */
async function readValidPorts(config: JsonObject): Promise<Set<string> | undefined> {
  const value = config[KEY] ?? undefined;
  if (value === undefined) return undefined;
  const parsed = attachments.safeParse(value);
  if (!parsed.success) {
    fail("config", `Cannot use the config: ${KEY} must be a list of {containerID, ifname}`);
  }
  return new Set(
    await Promise.all(parsed.data.map(({ containerID, ifname }) => portName(containerID, ifname))),
  );
}
