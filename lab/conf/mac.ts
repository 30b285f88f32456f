// MAC addresses of interfaces for which lab.conf gives none.
import { createHash } from "node:crypto";

/** The same lab, device and interface have the same one at each start: unicast, locally administered. */
export function makeMac(labHash: string, device: string, ifname: string): string {
  const digest = createHash("sha256").update(`${labHash}/${device}/${ifname}`).digest("hex");
  const bytes = digest.slice(0, 10).match(/../g)!;
  return ["02", ...bytes].join(":");
}
