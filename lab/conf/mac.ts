// MAC addresses of interfaces for which lab.conf gives none.
import { createHash } from "node:crypto";

/**
 * Makes a unicast, locally administered address. The same interface of the same device in the same
 * lab gets the same address at each start.
 */
export function makeMac(labHash: string, device: string, ifname: string): string {
  const digest = createHash("sha256").update(`${labHash}/${device}/${ifname}`).digest("hex");
  const bytes = digest.slice(0, 10).match(/../g)!;
  return ["02", ...bytes].join(":");
}
