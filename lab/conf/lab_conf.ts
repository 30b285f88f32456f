// Reads the text of a lab.conf: devices, the LANs their interfaces are on, options and meta lines.
import { cut, quote } from "../../shared/quote.ts";
import { parseMac } from "../../shared/mac.ts";

/** What a lab.conf says, in the order in which devices appear. */
export interface LabConf {
  readonly devices: readonly DeviceConf[];
  /** `LAB_NAME`, `LAB_DESCRIPTION`, ... */
  readonly meta: Readonly<Record<string, string>>;
}

export interface DeviceConf {
  readonly name: string;
  readonly links: readonly LinkConf[];
  /** `DEVICE[image]="..."` and the like. */
  readonly options: readonly OptionConf[];
}

/** `DEVICE[2]="A/02:00:00:00:00:01"`: interface eth2 is on the LAN A. */
export interface LinkConf {
  readonly index: number;
  readonly lan: string;
  /** The MAC address in lower case. */
  readonly mac?: string;
}

export interface OptionConf {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

type Line =
  | { readonly kind: "nothing" }
  | { readonly kind: "meta"; readonly key: string; readonly value: string }
  | { readonly kind: "link"; readonly device: string; readonly link: LinkConf }
  | { readonly kind: "option"; readonly device: string; readonly option: OptionConf };

/** Host names end at 64 characters, and a name must not look like an option of a command. */
const DEVICE = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,62}$/;
/** Names that Kathara keeps for itself: `shared.startup` is every device's. */
const RESERVED = new Set(["shared", "_test"]);
/** Names of LANs. Kathara accepts what Python's `\w` matches. */
const LAN = /^[\p{L}\p{N}_]+$/u;
/** Interface names `ethN` have at most 15 characters. */
const INDEX = /^\d{1,4}$/;

/** Reads a lab.conf. Throws `lab.conf:LINE: Cannot read ...` at the first line that is wrong. */
export function parseLabConf(text: string): LabConf {
  const meta: Record<string, string> = {};
  const devices = new Map<string, { links: LinkConf[]; options: OptionConf[] }>();
  const of = (name: string) => {
    const device = devices.get(name) ?? { links: [], options: [] };
    devices.set(name, device);
    return device;
  };
  for (const [at, source] of text.split("\n").entries()) {
    const number = at + 1;
    const line = readLine(source.trim(), number);
    if (line.kind === "meta") meta[line.key] = line.value;
    if (line.kind === "option") of(line.device).options.push(line.option);
    if (line.kind === "link") {
      const { links } = of(line.device);
      if (links.some((link) => link.index === line.link.index)) {
        refuse(number, source, `interface ${line.link.index} of ${line.device} is taken`);
      }
      links.push(line.link);
    }
  }
  return {
    meta,
    devices: [...devices].map(([name, { links, options }]) => ({
      name,
      links: links.toSorted((a, b) => a.index - b.index),
      options,
    })),
  };
}

function readLine(source: string, number: number): Line {
  if (source === "" || source.startsWith("#")) return { kind: "nothing" };
  const assignment = /^([^\s=[\]]+)\s*(?:\[\s*([^\s\]]+)\s*\]\s*)?=(.*)$/.exec(source);
  const [, subject = "", argument, behind = ""] = assignment ?? [];
  if (assignment === null || (argument === undefined && !subject.startsWith("LAB_"))) {
    refuse(number, source, "it is none of DEVICE[N]=LAN, DEVICE[OPTION]=VALUE and LAB_...=VALUE");
  }
  const rest = behind.trimStart();
  const value = readValue(rest);
  // Text about the lab may hold quotes of any kind; Kathara drops them all.
  if (argument === undefined) {
    return { kind: "meta", key: subject, value: value ?? rest.replaceAll(/["']/g, "") };
  }
  if (value === undefined) refuse(number, source, "its quotes are not closed or not the last");
  if (!DEVICE.test(subject)) refuse(number, source, `${cut(subject)} is no name for a device`);
  if (RESERVED.has(subject)) refuse(number, source, `${cut(subject)} is a reserved name`);
  if (!INDEX.test(argument)) {
    return { kind: "option", device: subject, option: { name: argument, value, line: number } };
  }
  const [lan = "", mac, ...more] = value.split("/");
  if (!isLanName(lan)) refuse(number, source, `${quote(lan)} is no name for a LAN`);
  if (more.length > 0 || (mac !== undefined && !isUnicastMac(mac))) {
    refuse(number, source, `${quote(value.slice(lan.length + 1))} is no unicast MAC address`);
  }
  const link = { index: Number(argument), lan };
  return {
    kind: "link",
    device: subject,
    link: mac === undefined ? link : { ...link, mac: mac.toLowerCase() },
  };
}

export function isLanName(text: string): boolean {
  return LAN.test(text);
}

/**
 * The value without quotes and without a comment behind it; undefined when its quotes do not match.
 */
function readValue(rest: string): string | undefined {
  const quoted = /^(["'])(.*?)\1\s*(#.*)?$/.exec(rest);
  if (quoted !== null) return quoted[2];
  return /^["']/.test(rest) ? undefined : withoutComment(rest);
}

/** A comment begins at the value's beginning or behind white space. */
function withoutComment(rest: string): string {
  const at = /(?:^|\s)#/.exec(rest)?.index;
  return at === undefined ? rest : rest.slice(0, at).trimEnd();
}

export function isUnicastMac(mac: string): boolean {
  // Kathara knows no hyphens in an address.
  return !mac.includes("-") && parseMac(mac) !== undefined;
}

function refuse(line: number, source: string, why: string): never {
  throw new Error(`lab.conf:${line}: Cannot read ${quote(source.trim())}: ${why}`);
}
