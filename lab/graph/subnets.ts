// Addresses in a picture: a LAN shows its subnet, an interface only what the subnet does not say.
import { isIPv4, isIPv6 } from "node:net";

/** `10.0.1.0/24` of `10.0.1.7/24`; undefined for a text that is no address with a prefix. */
export function subnetOf(address: string): string | undefined {
  const [host = "", prefix = ""] = address.split("/");
  const bits = Number(prefix);
  if (!/^\d+$/.test(prefix)) return undefined;
  if (isIPv4(host) && bits <= 32) return `${maskIpv4(host, bits)}/${bits}`;
  if (isIPv6(host) && bits <= 128) return `${maskIpv6(host, bits)}/${bits}`;
  return undefined;
}

/** `.7` of `10.0.1.7/24`, `.1.7` of `10.0.1.7/16`, `::7` of `2001:db8::7/64`. */
export function shortenAddress(address: string): string {
  const [host = "", prefix = "0"] = address.split("/");
  if (isIPv6(host)) {
    return `::${expandIpv6(host).slice(Math.floor(Number(prefix) / 16)).join(":")}`
      .replace(/^::(0:)+/, "::");
  }
  if (!isIPv4(host)) return host;
  const shared = Math.min(3, Math.floor(Number(prefix) / 8));
  return shared === 0 ? host : `.${host.split(".").slice(shared).join(".")}`;
}

function maskIpv4(host: string, bits: number): string {
  return host.split(".").map((byte, at) => {
    const own = Math.max(0, Math.min(8, bits - 8 * at));
    return Number(byte) & (0xff << (8 - own)) & 0xff;
  }).join(".");
}

function maskIpv6(host: string, bits: number): string {
  const groups = expandIpv6(host).map((group, at) => {
    const own = Math.max(0, Math.min(16, bits - 16 * at));
    return (parseInt(group, 16) & (0xffff << (16 - own)) & 0xffff).toString(16);
  });
  // The zeros at the end of a subnet's address become `::`.
  return groups.join(":").replace(/(:0)+$/, "::").replace(/^0::$/, "::");
}

/** The eight groups of an IPv6 address, without leading zeros. */
function expandIpv6(host: string): string[] {
  const [head = "", tail] = host.toLowerCase().split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...new Array(zeros).fill("0"), ...after]
    .map((group) => group.replace(/^0+(?=.)/, ""));
}
