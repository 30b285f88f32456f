// DEL: deletes a pod's port, and with the last one the LAN's devices. What is missing is no error.
import { FaultError } from "../shared/faults.ts";
import { showLink } from "../shared/iproute2/commands.ts";
import type { Link } from "../shared/iproute2/link.ts";
import { parseAlias } from "../shared/lan/alias.ts";
import { identifyLan, isSameLan, type Lan, portName } from "../shared/lan/lan.ts";
import { LAN_NETNS } from "../shared/lan/paths.ts";
import { deletePorts, findPorts } from "../shared/lan/lan_ports.ts";
import { removeUnborn } from "../shared/lan/unborn_vxlan.ts";
import { readLanConfig } from "./config.ts";
import { lockForDeletion, whereLanNetns } from "./lan_access.ts";
import { removeOriginal } from "./original.ts";
import type { CheckedCall } from "./checked_call.ts";

export async function del(call: CheckedCall): Promise<undefined> {
  const lan = await readLan(call);
  if (await whereLanNetns(call, () => removePort(call, lan))) return;
  if (lan !== undefined) await removeOriginal(call, lan);
}

/** Deletes the pod's port, and answers whether there was one. */
async function removePort(call: CheckedCall, wanted: Lan | undefined): Promise<boolean> {
  const { environment } = call;
  const name = await portName(environment.containerId, environment.ifname);
  // Somebody may have edited the definition since ADD. A port that is there says which LAN it is
  // in.
  const lan = wanted ?? await lanOf(call, await findPort(call, name));
  const found = await detach(call, name, lan);
  if (isElsewhere(found.lan, lan)) await detach(call, name, found.lan);
  return found.port !== undefined;
}

interface FoundPort {
  readonly port: Link | undefined;
  readonly lan: Lan | undefined;
}

/**
 * Deletes the port under the lock of `lan`, unless the port is really in another LAN. The answer is
 * what was found.
 */
async function detach(call: CheckedCall, name: string, lan: Lan | undefined): Promise<FoundPort> {
  const { kernel } = call;
  using _lan = lan === undefined ? undefined : await lockForDeletion(call, lan.vni);
  const first = lan === undefined ? undefined : await findPorts(kernel, LAN_NETNS, lan, name);
  const port = first === undefined ? await findPort(call, name) : first.asked;
  const found = { port, lan: await lanOf(call, port) };
  if (isElsewhere(found.lan, lan)) return found;
  const devices = found.lan === undefined || isSameLan(found.lan, lan)
    ? first
    : await findPorts(kernel, LAN_NETNS, found.lan);
  const doomed = port === undefined ? [] : [port];
  await deletePorts(kernel, devices ?? { lanNetns: LAN_NETNS, ports: [] }, doomed);
  if (lan !== undefined && first?.vxlan === undefined) {
    await removeUnborn(kernel, call.host, lan);
  }
  return found;
}

function isElsewhere(actual: Lan | undefined, lan: Lan | undefined): boolean {
  return actual !== undefined && actual.vni !== lan?.vni;
}

async function findPort({ kernel }: CheckedCall, name: string): Promise<Link | undefined> {
  return (await kernel.show(LAN_NETNS, [showLink(name)]))[0];
}

/** A port's LAN, by the port's alias. An ADD that was cut off leaves the bridge's alias alone. */
async function lanOf(call: CheckedCall, port: Link | undefined): Promise<Lan | undefined> {
  const { alias, master } = port ?? {};
  const signed = alias === undefined && master !== undefined ? await findPort(call, master) : port;
  return parseAlias(signed?.alias)?.lan;
}

/**
 * The config's LAN; undefined when its keys are wrong. Somebody may have edited them since ADD, and
 * a DEL goes on without them.
 */
async function readLan({ config, name }: CheckedCall): Promise<Lan | undefined> {
  try {
    const { suffix, vxlanId } = readLanConfig(config);
    return await identifyLan(name, suffix, vxlanId);
  } catch (thrown) {
    if (thrown instanceof FaultError) return undefined;
    throw thrown;
  }
}
