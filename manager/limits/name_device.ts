// How a device is named that has used up a limit.
import type { PortOwner } from "../../shared/lan/alias.ts";

/** `NAMESPACE/NAME INTERFACE` of the pod where it is known, else the port. */
export function nameDevice(port: string, owner: PortOwner | undefined): string {
  return owner?.pod === undefined ? port : `${owner.pod} ${owner.ifname}`;
}
