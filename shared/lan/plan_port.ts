// Plans a pod's port on its LAN, as ADD makes one and as mending joins one again. Pure.
import { addVeth, deleteLink, joinBridge, setPort } from "../iproute2/commands.ts";
import type { Step } from "../steps.ts";
import { renderAlias } from "./alias.ts";
import { GROUP, type Lan, lanDevices, lanTitle } from "./lan.ts";
import type { LanWanted } from "./plan_create.ts";

/** Both ends of a pod's attachment. */
export interface Attachment {
  /** Name of the port, which is the host's end, in the LAN namespace. */
  readonly port: string;
  readonly portMac: string;
  readonly ifname: string;
  readonly mac: string;
  /** Path of the pod's namespace. */
  readonly netns: string;
  /** `NAMESPACE/NAME`, when the runtime said it. */
  readonly pod?: string;
}

/**
 * One message from the LAN namespace makes both devices, each in its namespace. The pod's namespace
 * is neither entered nor asked before. The kernel refuses what cannot be, and only then does
 * anybody ask for the reason.
 */
export function planAttach(
  { lan, mtu, lanNetns }: LanWanted,
  { port, portMac, ifname, mac, netns, pod }: Attachment,
): Step[] {
  const alias = renderAlias({ lan, owner: { ifname, mac, ...(pod !== undefined && { pod }) } });
  const make: Step = {
    netns: lanNetns,
    change: addVeth({
      ...{ name: ifname, mac, netns, mtu },
      peer: { name: port, mac: portMac, group: GROUP.ports },
    }),
    undo: deleteLink(port),
    why: `make interface ${ifname} in ${netns}`,
  };
  return [make, ...planJoin(lan, lanNetns, { port, alias, owner: `interface ${ifname}` })];
}

/** A device that becomes a port of its LAN. */
export interface Joining {
  readonly port: string;
  readonly alias: string;
  /** What is on the LAN by this port, as an error names it. */
  readonly owner: string;
  /** Without it, the port learns. */
  readonly learning?: boolean;
}

/** Makes a device a port of the LAN's bridge, with all that a port has. */
export function planJoin(
  lan: Lan,
  lanNetns: string,
  { port, alias, owner, learning = true }: Joining,
): Step[] {
  const title = `${owner} and LAN ${lanTitle(lan)}`;
  return [
    {
      netns: lanNetns,
      change: joinBridge(port, lanDevices(lan).bridge),
      why: `join ${title}`,
    },
    {
      netns: lanNetns,
      change: setPort({ name: port, alias, learning }),
      why: `set up the port between ${title}`,
    },
  ];
}
