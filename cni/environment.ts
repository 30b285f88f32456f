// The call's variables (CNI spec 1.1.0, section 2): which verb needs which, and what they may hold.
import { quote } from "../shared/quote.ts";
import { fail } from "../shared/faults.ts";
import { isCarriable } from "../shared/iproute2/words.ts";

const VERBS = ["ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION"] as const;
export type Verb = typeof VERBS[number];

/** Looks up a variable; throws when its value is not UTF-8, as `Deno.env.get` does. */
export type Env = (name: string) => string | undefined;

/** The variables of a call; what a verb does not need may be empty. */
export interface Environment {
  readonly command: string;
  readonly containerId: string;
  /** Path of the sandbox's network namespace. */
  readonly netns: string;
  readonly ifname: string;
  readonly args: string;
  /** The runtime allows CNI_NETNS to be the plugin's own namespace. */
  readonly netnsOverride: boolean;
}

/** Of container IDs and of network names alike. */
export const ID_PATTERN = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
/** IFNAMSIZ - 1. */
const MAX_IFNAME_BYTES = 15;
/** The kernel reads names as Latin-1 and takes this for white space. In UTF-8, "à" has it. */
const NO_BREAK_SPACE = 0xa0;
/**
 * Every namespace has `lo` already. The others are something else in the kernel's directories, such
 * as net/ipv4/conf (devinet_sysctl_register).
 */
const RESERVED_IFNAMES = ["lo", ".", "..", "all", "default"];

const OF_ATTACHMENT: readonly Verb[] = ["ADD", "CHECK", "DEL"];

/** A variable that some verbs need. */
interface Variable {
  readonly name: string;
  readonly neededBy: readonly Verb[];
  /** What the variable must hold where it is needed. */
  readonly rule?: { readonly text: string; holds(value: string): boolean };
}

/** Which verb needs a variable, and what it may hold. */
const VARIABLES: readonly Variable[] = [
  {
    name: "CNI_CONTAINERID",
    neededBy: OF_ATTACHMENT,
    rule: {
      text: "letters, digits, _ . and -, the first a letter or digit",
      holds: (id) => ID_PATTERN.test(id),
    },
  },
  {
    name: "CNI_NETNS",
    neededBy: ["ADD", "CHECK"],
    rule: {
      text: "an absolute path without control characters, quotes, # and \\",
      holds: (path) => path.startsWith("/") && isCarriable(path),
    },
  },
  {
    name: "CNI_IFNAME",
    neededBy: OF_ATTACHMENT,
    rule: {
      text: `1 to ${MAX_IFNAME_BYTES} bytes, none of them 0xA0, not ${
        RESERVED_IFNAMES.join(", ")
      }, without / : % white space, quotes, # and \\`,
      holds: isIfname,
    },
  },
  { name: "CNI_PATH", neededBy: [...OF_ATTACHMENT, "GC", "STATUS"] },
];

function isIfname(name: string): boolean {
  const bytes = new TextEncoder().encode(name);
  // The kernel takes "%d" as a place for a number (dev_alloc_name).
  return bytes.length <= MAX_IFNAME_BYTES && !bytes.includes(NO_BREAK_SPACE) &&
    !RESERVED_IFNAMES.includes(name) && !/[/:%\s]/.test(name) && isCarriable(name);
}

export function isVerb(command: string): command is Verb {
  return (VERBS as readonly string[]).includes(command);
}

/**
 * Reads and checks the environment of a call.
 * @throws {FaultError} of kind "environment"; all missing variables are named at once
 */
export function readEnvironment(env: Env): Environment {
  const value = (name: string) => readVariable(env, name);
  const command = value("CNI_COMMAND");
  const needed = VARIABLES.filter(({ neededBy }) => neededBy.some((verb) => verb === command));
  const missing = needed.map(({ name }) => name).filter((name) => value(name) === "");
  if (missing.length > 0) {
    fail("environment", `required env variables [${missing.join(",")}] missing`);
  }
  for (const { name, rule } of needed) {
    if (rule === undefined || rule.holds(value(name))) continue;
    fail("environment", `Cannot use ${name} ${quote(value(name))}: it must be ${rule.text}`);
  }
  return {
    command,
    containerId: value("CNI_CONTAINERID"),
    netns: value("CNI_NETNS"),
    ifname: value("CNI_IFNAME"),
    args: value("CNI_ARGS"),
    netnsOverride: /^(1|true)$/i.test(value("CNI_NETNS_OVERRIDE")),
  };
}

function readVariable(env: Env, name: string): string {
  try {
    return env(name) ?? "";
  } catch {
    return fail("environment", `Cannot read ${name}: it is not valid UTF-8`);
  }
}
