// DEL: takes a pod's port away, and the LAN's devices with the last one. Whatever is missing already is no error.
import { FaultError } from "../shared/faults.ts";
import { showLink } from "../shared/iproute2/commands.ts";
import type { Link } from "../shared/iproute2/link.ts";
import { parseAlias } from "../shared/lan/alias.ts";
import { identifyLan, isSameLan, type Lan, portName } from "../shared/lan/lan.ts";
import { LAN_NETNS } from "../shared/lan/paths.ts";
import { deletePorts, findPorts } from "../shared/lan/lan_ports.ts";
import { readLanConfig } from "./config.ts";
import { lockForDeletion, whereLanNetns } from "./lan_access.ts";
import { removeOriginal } from "./original.ts";
import type { CheckedCall } from "./checked_call.ts";

export async function del(call: CheckedCall): Promise<undefined> {
  const lan = await readLan(call);
  if (await whereLanNetns(call, () => removePort(call, lan))) return;
  if (lan !== undefined) await removeOriginal(call, lan);
}

/** Takes the pod's port away; the answer is whether there was one. */
async function removePort(call: CheckedCall, wanted: Lan | undefined): Promise<boolean> {
  const { environment } = call;
  const name = await portName(environment.containerId, environment.ifname);
  // The definition may have been edited since ADD: where the port is there, it says itself which LAN it is in.
  const lan = wanted ?? await lanOf(call, await findPort(call, name));
  const found = await detach(call, name, lan);
  if (isElsewhere(found.lan, lan)) await detach(call, name, found.lan);
  return found.port !== undefined;
}

interface FoundPort {
  readonly port: Link | undefined;
  readonly lan: Lan | undefined;
}

/** Deletes the port under the lock of `lan`, unless it is really in another; the answer is what was found. */
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
  return found;
}

function isElsewhere(actual: Lan | undefined, lan: Lan | undefined): boolean {
  return actual !== undefined && actual.vni !== lan?.vni;
}

async function findPort({ kernel }: CheckedCall, name: string): Promise<Link | undefined> {
  return (await kernel.show(LAN_NETNS, [showLink(name)]))[0];
}

/** A port's LAN by its own alias or, where an ADD was cut off before that, by its bridge's. */
async function lanOf(call: CheckedCall, port: Link | undefined): Promise<Lan | undefined> {
  const { alias, master } = port ?? {};
  const signed = alias === undefined && master !== undefined ? await findPort(call, master) : port;
  return parseAlias(signed?.alias)?.lan;
}

/** The config's LAN, or undefined when its keys are wrong: they may have been edited, and a DEL goes on. */
async function readLan({ config, name }: CheckedCall): Promise<Lan | undefined> {
  try {
    const { suffix, vxlanId } = readLanConfig(config);
    return await identifyLan(name, suffix, vxlanId);
  } catch (thrown) {
    if (thrown instanceof FaultError) return undefined;
    throw thrown;
  }
}
