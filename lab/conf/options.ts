// Reads the options that a lab.conf gives a device: what they mean here, and which have no effect.
import { quote } from "../../shared/quote.ts";
import type { DeviceConf, OptionConf } from "./lab_conf.ts";

/** What a device's options ask for. */
export interface DeviceOptions {
  /** Environment of all processes of the device. */
  readonly env: Readonly<Record<string, string>>;
  /** Lines for bash, which run after the device's startup. */
  readonly exec: readonly string[];
  /** Only settings `net.*`. The last of several values counts. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** `SOFT:HARD` by prlimit(1)'s name of the limit. */
  readonly ulimits: Readonly<Record<string, string>>;
  /** The values of `mem` and `cpus`. */
  readonly resources: { readonly memory?: number; readonly cpus?: number };
  /** Undefined where the lab does not say whether the device has IPv6. */
  readonly ipv6?: boolean;
  /** The shell that `lab connect` runs. */
  readonly shell: string;
}

const SWITCH = /^(y|yes|t|true|on|1|n|no|f|false|off|0)$/i;
const TRUE = /^(y|yes|t|true|on|1)$/i;

/** A number of bytes as Docker has it. */
export const SIZE = /^\d+[bkmg]?$/i;

/**
 * The values that Kathara accepts. Options that are not listed here may have any value, whether
 * Kathara knows them or not.
 */
const VALUES: ReadonlyMap<string, RegExp> = new Map(Object.entries({
  bridged: SWITCH,
  cpus: /^\d+(\.\d*)?$/,
  env: /^\w+=/,
  ipv6: SWITCH,
  mem: SIZE,
  num_terms: /^\d+$/,
  port: /^(\d+:)?\d+(\/(tcp|udp|sctp))?$/i,
  privileged: SWITCH,
  sysctl: /^net\.([\w-]+\.)+[\w-]+=[^=]*$/,
  ulimit: /^\w+=(-1|\d+)(:(-1|\d+))?$/,
}));

/**
 * Options without which labs miss nothing: devices are privileged, `lab connect` opens terminals.
 */
const NEEDLESS = new Set(["num_terms", "privileged"]);
const HONOURED = new Set(["cpus", "env", "exec", "ipv6", "mem", "shell", "sysctl", "ulimit"]);

/**
 * Reads a device's options. Throws `lab.conf:LINE: Cannot read ...` for a value that is not
 * allowed.
 */
export function readOptions({ name: device, options }: DeviceConf): DeviceOptions {
  for (const { name, value, line } of options) {
    if (!VALUES.has(name) || VALUES.get(name)?.test(value)) continue;
    const why = `${quote(value)} is no value for it`;
    throw new Error(`lab.conf:${line}: Cannot read ${device}[${name}]: ${why}`);
  }
  const values = (wanted: string) => options.flatMap((o) => o.name === wanted ? [o.value] : []);
  const [ipv6, mem, cpus] = ["ipv6", "mem", "cpus"].map((name) => values(name).at(-1));
  return {
    env: Object.fromEntries(values("env").map(splitAssignment)),
    exec: values("exec"),
    sysctls: Object.fromEntries(values("sysctl").map(splitAssignment)),
    ulimits: Object.fromEntries(values("ulimit").map(splitAssignment).map(readLimit)),
    resources: {
      ...(mem === undefined ? {} : { memory: readBytes(mem) }),
      ...(cpus === undefined ? {} : { cpus: Number(cpus) }),
    },
    ...(ipv6 === undefined ? {} : { ipv6: TRUE.test(ipv6) }),
    shell: values("shell").at(-1) ?? "/bin/bash",
  };
}

/**
 * Answers one line about images, which are not used here, and one line that names the other options
 * without effect, with the devices that have them.
 */
export function findOptionsWithoutEffect(devices: readonly DeviceConf[]): string[] {
  const owners = new Map<string, Set<string>>();
  for (const { name: device, options } of devices) {
    for (const option of options.filter(hasNoEffect)) {
      owners.set(option.name, (owners.get(option.name) ?? new Set()).add(device));
    }
  }
  const others = [...owners].filter(([option]) => option !== "image")
    .map(([option, names]) => `${option} (${[...names].join(", ")})`).sort();
  return [
    ...(owners.has("image") ? ["image is ignored: devices use this machine's programs"] : []),
    ...(others.length > 0 ? [`options of lab.conf without effect here: ${others.join(", ")}`] : []),
  ];
}

function hasNoEffect({ name, value }: OptionConf): boolean {
  if (name === "bridged") return TRUE.test(value);
  return !HONOURED.has(name) && !NEEDLESS.has(name);
}

function splitAssignment(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  return [text.slice(0, at), text.slice(at + 1).trim()];
}

const UNITS: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** Reads Docker's sizes, such as `512m`: a number of bytes, with or without a unit. */
export function readBytes(text: string): number {
  const unit = text.at(-1)?.toLowerCase() ?? "";
  return parseInt(text, 10) * (UNITS[unit] ?? 1);
}

/**
 * Reads Kathara's `nofile=1024:2048`. A missing hard limit equals the soft one; -1 means no limit.
 */
function readLimit([name, value]: [string, string]): [name: string, limits: string] {
  const [soft = "", hard = soft] = value.split(":").map((n) => n === "-1" ? "unlimited" : n);
  // No soft limit may be above its hard limit. Where a lab says so, the soft limit is kept.
  const isAbove = hard !== "unlimited" && (soft === "unlimited" || Number(soft) > Number(hard));
  return [name, `${soft}:${isAbove ? soft : hard}`];
}
