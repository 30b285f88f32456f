// How people are told which device is on a LAN.
import type { PortOwner } from "../../shared/lan/alias.ts";

/** `NAMESPACE/NAME INTERFACE` of the pod where it is known, else the port. */
export function nameDevice(port: string, owner: Partial<PortOwner> | undefined): string {
  return nameOwner(owner) ?? port;
}

/** `NAMESPACE/NAME INTERFACE` of the pod; undefined where it is not known. */
export function nameOwner(owner: Partial<PortOwner> | undefined): string | undefined {
  return owner?.pod === undefined ? undefined : `${owner.pod} ${owner.ifname}`;
}
