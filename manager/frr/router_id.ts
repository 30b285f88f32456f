// A node's router ID, by which BGP knows it.

/**
 * A router ID is 32 bits, written as an IPv4 address (RFC 4271, section 4.2). An IPv6 address is
 * folded into one.
 */
export function toRouterId(address: string): string {
  if (!address.includes(":")) return address;
  let hash = 0x811c9dc5; // FNV-1a
  for (const char of address) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return [24, 16, 8, 0].map((shift) => (hash >>> shift) & 255).join(".");
}
