// MAC addresses: read, and made.

const PATTERN = /^[0-9a-f]{2}([:-])[0-9a-f]{2}(\1[0-9a-f]{2}){4}$/i;
const ZERO = "00:00:00:00:00:00";

/**
 * Reads a unicast MAC address, `02:00:00:00:00:01` or `02-00-...`, and writes it in lower case with
 * colons. Undefined for anything else.
 */
export function parseMac(text: string): string | undefined {
  if (!PATTERN.test(text)) return undefined;
  const mac = text.toLowerCase().replaceAll("-", ":");
  const isGroup = (parseInt(mac.slice(0, 2), 16) & 1) === 1;
  return isGroup || mac === ZERO ? undefined : mac;
}

/** A unicast, locally administered address (IEEE 802, section 8.4) from 6 random bytes. */
export function makeMac(random: Uint8Array): string {
  const octets = Array.from(random.subarray(0, 6));
  octets[0] = ((octets[0] ?? 0) & 0xfc) | 2;
  return octets.map((octet) => octet.toString(16).padStart(2, "0")).join(":");
}
