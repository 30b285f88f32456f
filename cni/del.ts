// DEL: takes a pod's port away, and the LAN's devices with the last one. Whatever is missing already is no error.
import { FaultError } from "../shared/faults.ts";
import { showLink, showPorts } from "../shared/iproute2/commands.ts";
import type { Link } from "../shared/iproute2/link.ts";
import { parseAlias } from "../shared/lan/alias.ts";
import { belongsTo } from "../shared/lan/create_devices.ts";
import { type LanPorts, planDeletePorts } from "../shared/lan/delete_devices.ts";
import { identifyLan, type Lan, lanDevices, portName } from "../shared/lan/lan.ts";
import { LAN_NETNS } from "../shared/lan/paths.ts";
import { execute, faultOf, isMissingDevice } from "../shared/steps.ts";
import { readLanConfig } from "./config.ts";
import { isNoNetns, lockLan } from "./lan_access.ts";
import type { Request } from "./request.ts";

export async function del(request: Request): Promise<undefined> {
  const { environment, ports } = request;
  if (await ports.inode(LAN_NETNS) === undefined) return;
  const port = await portName(environment.containerId, environment.ifname);
  const configured = await readLan(request);
  try {
    // The definition may have been edited since ADD: where the port is there, its alias says which LAN it is in.
    let lan = configured ?? await lanOfPort(request, port);
    while (lan !== undefined) lan = await detach(request, port, lan);
  } catch (thrown) {
    if (!isNoNetns(thrown)) throw thrown;
  }
}

/** Deletes the port from `lan` under its lock; the answer is the LAN that the port is really in when that is another. */
async function detach(request: Request, port: string, lan: Lan): Promise<Lan | undefined> {
  using _lan = await lockLan(request, lan.vni);
  const actual = await lanOfPort(request, port);
  if (actual !== undefined && actual.vni !== lan.vni) return actual;
  const found = await findPorts(request, actual ?? lan);
  await deletePorts(request, found, found.ports.filter((link) => link.ifname === port));
}

/** Runs the plan that deletes `doomed`; devices that vanish meanwhile are what was wanted. */
export async function deletePorts(
  { kernel }: Request,
  found: LanPorts,
  doomed: readonly Link[],
): Promise<void> {
  const failure = await execute(planDeletePorts(found, doomed), async (netns, args) => {
    const failure = await kernel.apply(netns, args);
    return failure === undefined || isMissingDevice(failure) ? undefined : failure;
  });
  if (failure !== undefined) throw new FaultError(faultOf(failure));
}

/** The devices of a LAN; those that bear its names but belong to another are not among them. */
export async function findPorts({ kernel }: Request, lan: Lan): Promise<LanPorts> {
  const names = lanDevices(lan);
  const links = await kernel.show(LAN_NETNS, [showLink(names.bridge), showLink(names.vxlan)]);
  const own = (name: string) => links.find((link) => link.ifname === name && belongsTo(lan, link));
  const [bridge, vxlan] = [own(names.bridge), own(names.vxlan)];
  const joined = bridge === undefined
    ? []
    : await kernel.show(LAN_NETNS, [showPorts(names.bridge)]);
  return {
    lanNetns: LAN_NETNS,
    ports: joined.filter((link) => link.ifname !== names.vxlan),
    ...(bridge !== undefined && { bridge }),
    ...(vxlan !== undefined && { vxlan }),
  };
}

/** The LAN that a port is in, by its own alias or, where an ADD was cut off before that, by its bridge's. */
async function lanOfPort({ kernel }: Request, port: string): Promise<Lan | undefined> {
  const [link] = await kernel.show(LAN_NETNS, [showLink(port)]);
  if (link?.alias !== undefined || link?.master === undefined) return parseAlias(link?.alias)?.lan;
  const [bridge] = await kernel.show(LAN_NETNS, [showLink(link.master)]);
  return parseAlias(bridge?.alias)?.lan;
}

/** The config's LAN, or undefined when its keys are wrong: they may have been edited, and a DEL goes on. */
async function readLan({ config, name }: Request): Promise<Lan | undefined> {
  try {
    const { suffix, vxlanId } = readLanConfig(config);
    return await identifyLan(name, suffix, vxlanId);
  } catch (thrown) {
    if (thrown instanceof FaultError) return undefined;
    throw thrown;
  }
}
