// DEL: takes a pod's port away, and the LAN's devices with the last one. Whatever is missing already is no error.
import { FaultError } from "../shared/faults.ts";
import { showLink } from "../shared/iproute2/commands.ts";
import type { Link } from "../shared/iproute2/link.ts";
import { parseAlias } from "../shared/lan/alias.ts";
import { identifyLan, type Lan, portName } from "../shared/lan/lan.ts";
import { LAN_NETNS } from "../shared/lan/paths.ts";
import { deletePorts, findPorts } from "../shared/lan/remove_ports.ts";
import { readLanConfig } from "./config.ts";
import { hasLanNetns, lockLan } from "./lan_access.ts";
import type { Request } from "./request.ts";

export async function del(request: Request): Promise<undefined> {
  const { environment } = request;
  if (!await hasLanNetns(request)) return;
  const name = await portName(environment.containerId, environment.ifname);
  // The definition may have been edited since ADD: where the port is there, it says itself which LAN it is in.
  const lan = await readLan(request) ?? (await findPort(request, name)).lan;
  const actual = await detach(request, name, lan);
  if (actual !== undefined) await detach(request, name, actual);
}

/** Deletes the port from `lan` under its lock; the answer is the LAN that the port is really in when that is another. */
async function detach(
  request: Request,
  name: string,
  lan: Lan | undefined,
): Promise<Lan | undefined> {
  const { kernel } = request;
  using _lan = lan === undefined ? undefined : await lockLan(request, lan.vni);
  const { port, lan: actual } = await findPort(request, name);
  if (actual !== undefined && actual.vni !== lan?.vni) return actual;
  const home = actual ?? lan;
  const found = home === undefined
    ? { lanNetns: LAN_NETNS, ports: [] }
    : await findPorts(kernel, LAN_NETNS, home);
  await deletePorts(kernel, found, port === undefined ? [] : [port]);
}

/** The port, and its LAN by its own alias or, where an ADD was cut off before that, by its bridge's. */
async function findPort({ kernel }: Request, name: string): Promise<{ port?: Link; lan?: Lan }> {
  const [port] = await kernel.show(LAN_NETNS, [showLink(name)]);
  if (port === undefined) return {};
  const { alias, master } = port;
  const [signed] = alias === undefined && master !== undefined
    ? await kernel.show(LAN_NETNS, [showLink(master)])
    : [port];
  const lan = parseAlias(signed?.alias)?.lan;
  return lan === undefined ? { port } : { port, lan };
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
