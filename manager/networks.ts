// IP networks as people write them (CIDR): read, and brought to one form.

interface Network {
  readonly bits: 32 | 128;
  /** The address as a number, without the bits of a host. */
  readonly value: bigint;
  readonly length: number;
}

/**
 * Networks in one form and order: no host bits, none twice, none within another one.
 * @returns undefined where one of them is no network; an address alone is a network of one address
 */
export function normaliseNetworks(texts: readonly string[]): string[] | undefined {
  const networks = texts.map(readNetwork);
  if (!networks.every((one) => one !== undefined)) return undefined;
  return networks.filter((one, at) =>
    !networks.some((other, otherAt) => at !== otherAt && contains(other, one, otherAt < at))
  ).toSorted(compare).map(show);
}

/** A network of length 0 as its two halves. */
export function halve(network: string): string[] {
  if (!network.endsWith("/0")) return [network];
  return network.includes(":") ? ["::/1", "8000::/1"] : ["0.0.0.0/1", "128.0.0.0/1"];
}

function readNetwork(text: string): Network | undefined {
  const [address = "", suffix, ...others] = text.split("/");
  const read = readAddress(address);
  if (read === undefined || others.length > 0) return undefined;
  const { bits, value } = read;
  if (suffix !== undefined && !/^\d{1,3}$/.test(suffix)) return undefined;
  const length = suffix === undefined ? bits : Number(suffix);
  if (length > bits) return undefined;
  const host = BigInt(bits - length);
  return { bits, value: value >> host << host, length };
}

function readAddress(text: string): Pick<Network, "bits" | "value"> | undefined {
  const bits = text.includes(":") ? 128 : 32;
  const parts = bits === 32 ? readIpv4(text) : readIpv6(text);
  if (parts === undefined) return undefined;
  const width = bits === 32 ? 8n : 16n;
  return { bits, value: parts.reduce((sum, part) => (sum << width) + BigInt(part), 0n) };
}

function readIpv4(text: string): number[] | undefined {
  const parts = text.split(".");
  const isRight = parts.length === 4 &&
    parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
  return isRight ? parts.map(Number) : undefined;
}

/** The URL standard has IPv6 addresses read strictly, and written in the form of RFC 5952. */
function readIpv6(text: string): number[] | undefined {
  const url = URL.parse(`http://[${text}]/`);
  if (url === null || !/^[0-9a-f:.]+$/i.test(text)) return undefined;
  const [head = "", tail] = url.hostname.slice(1, -1).split("::");
  const [before, after] = [head, tail ?? ""].map((half) =>
    half === "" ? [] : half.split(":").map((part) => parseInt(part, 16))
  ) as [number[], number[]];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** @param orSame whether a network contains itself */
function contains(outer: Network, inner: Network, orSame: boolean): boolean {
  if (outer.bits !== inner.bits || outer.length > inner.length) return false;
  const shift = BigInt(outer.bits - outer.length);
  const isIn = outer.value >> shift === inner.value >> shift;
  return isIn && (orSame || outer.length < inner.length);
}

function compare(one: Network, other: Network): number {
  if (one.bits !== other.bits) return one.bits - other.bits;
  return one.value < other.value ? -1 : one.value > other.value ? 1 : 0;
}

function show({ bits, value, length }: Network): string {
  const width = bits === 32 ? 8 : 16;
  const parts = Array.from(
    { length: bits / width },
    (_, at) => Number(value >> BigInt(bits - (at + 1) * width) & ((1n << BigInt(width)) - 1n)),
  );
  if (bits === 32) return `${parts.join(".")}/${length}`;
  const address = parts.map((part) => part.toString(16)).join(":");
  return `${new URL(`http://[${address}]/`).hostname.slice(1, -1)}/${length}`;
}
