// The manager's settings: one schema for environment and flags, wrong ones reported all at once.
import { DEVICE_NAME } from "../shared/lan/underlay.ts";
import { quote } from "../shared/quote.ts";
import * as z from "zod";
import { LEVELS } from "./events/event.ts";
import { FORMATS } from "./events/log.ts";
import { LISTEN } from "./http/bind.ts";
import { TOKEN, TOKEN_RULE } from "./http/token.ts";
import { normaliseNetworks } from "./networks.ts";

export const ROLES = ["worker", "route-reflector"] as const;
export type Role = typeof ROLES[number];

/** How a setting is given and told about in `--help`. */
export interface SettingSource {
  readonly env: string;
  /** None for a secret: others on the node can read a program's arguments. */
  readonly flag?: string;
  readonly help: string;
  readonly default?: string;
}

/**
 * Every setting. NODE_IP and KATHARA_MASTER_SERVICE_HOST are the original's, and so is
 * IS_CONTROL_PLANE, which gives the role.
 */
export const SOURCES = {
  nodeIp: {
    env: "NODE_IP",
    flag: "--node-ip <address>",
    help: "address of this node, its VTEP; without it that of the default route's device",
  },
  underlay: {
    env: "MEGALOS_UNDERLAY",
    flag: "--underlay <device>",
    help: "device of this node that carries VXLAN, such as wg0: its address is the node's VTEP, " +
      "whatever NODE_IP says",
  },
  nodeName: {
    env: "NODE_NAME",
    flag: "--node-name <name>",
    help: "what this node is called; without it the host's name",
  },
  routeReflector: {
    env: "KATHARA_MASTER_SERVICE_HOST",
    flag: "--route-reflector <address>",
    help: "address of the route reflector; a worker needs one",
  },
  routeReflectors: {
    env: "MEGALOS_ROUTE_REFLECTORS",
    flag: "--route-reflectors <list>",
    help:
      "instead of that, all route reflectors: addresses or names (which are followed), with commas; " +
      "NAME/ADDRESS: the address while the name is not found and there is no password",
  },
  cniBinDir: {
    env: "CNI_BIN_DIR",
    flag: "--cni-bin-dir <dir>",
    help: "where plugin and launcher are installed",
    default: "/host/opt/cni/bin",
  },
  as: {
    env: "BGP_AS",
    flag: "--as <number>",
    help: "autonomous system of the whole cluster",
    default: "65000",
  },
  bgpPassword: {
    env: "MEGALOS_BGP_PASSWORD",
    help: "password of the BGP sessions (TCP MD5), the same on all nodes",
  },
  bgpPasswordFile: {
    env: "MEGALOS_BGP_PASSWORD_FILE",
    flag: "--bgp-password-file <path>",
    help: "instead, a file in /etc/megalos with the password, which is followed when it changes",
  },
  passwordDelay: {
    env: "MEGALOS_BGP_PASSWORD_DELAY",
    flag: "--bgp-password-delay <seconds>",
    help: "how long after its nodes a reflector takes a changed password",
    default: "150",
  },
  nodeNetworks: {
    env: "MEGALOS_NODE_NETWORKS",
    flag: "--node-networks <list>",
    help: "networks that the reflector takes sessions from, with commas, such as 10.0.0.0/16",
    default: "0.0.0.0/0,::/0",
  },
  ttlSecurity: {
    env: "MEGALOS_BGP_TTL_SECURITY",
    flag: "--bgp-ttl-security <hops>",
    help:
      "BGP packets from farther away are dropped (GTSM, RFC 5082): 1 is the own link; 0: not looked at",
    default: "0",
  },
  frrMemory: {
    env: "MEGALOS_FRR_MEMORY",
    flag: "--frr-memory <MiB>",
    help: "memory of the reflector's FRR; half of it is for sessions, which limits their number",
    default: "1024",
  },
  maxRoutes: {
    env: "MEGALOS_MAX_ROUTES",
    flag: "--max-routes <number>",
    help:
      "routes that the reflector takes of one node; a node with more is shut out for five minutes",
    default: "20000",
  },
  vxlanPort: {
    env: "MEGALOS_VXLAN_PORT",
    flag: "--vxlan-port <port>",
    help: "UDP port of VXLAN",
    default: "4789",
  },
  mtu: {
    env: "MEGALOS_MTU",
    flag: "--mtu <bytes>",
    help: "MTU of the underlay; without it that of its device",
  },
  httpPort: {
    env: "MEGALOS_HTTP_PORT",
    flag: "--http-port <port>",
    help: "TCP port of /healthz and /readyz",
    default: "9470",
  },
  httpListen: {
    env: "MEGALOS_HTTP_LISTEN",
    flag: "--http-listen <where>",
    help: "loopback: this machine alone may ask; all: everybody who reaches it",
    default: "loopback",
  },
  viewPort: {
    env: "MEGALOS_VIEW_PORT",
    flag: "--view-port <port>",
    help: "TCP port of the map and /metrics",
    default: "9472",
  },
  httpToken: {
    env: "MEGALOS_HTTP_TOKEN",
    help: "token of that port, which is open to this machine alone without one",
  },
  httpTokenFile: {
    env: "MEGALOS_HTTP_TOKEN_FILE",
    flag: "--http-token-file <path>",
    help: "instead, a file in /etc/megalos with the token, which is followed when it changes",
  },
  httpTls: {
    env: "MEGALOS_HTTP_TLS",
    flag: "--http-tls <dir>",
    help: "a folder in /etc/megalos with tls.crt and tls.key: that port speaks TLS alone",
  },
  metrics: {
    env: "MEGALOS_METRICS",
    flag: "--metrics <who>",
    help: "guarded: /metrics is for those who may ask that port; open: for everybody",
    default: "guarded",
  },
  grace: {
    env: "MEGALOS_EMPTY_LAN_GRACE",
    flag: "--empty-lan-grace <seconds>",
    help: "how long a LAN without pods is kept",
    default: "30",
  },
  nodeGrace: {
    env: "MEGALOS_NODE_GRACE",
    flag: "--node-grace <seconds>",
    help: "how long frames still go to a node whose BGP session has ended; 0: not at all",
    default: "120",
  },
  vtepFilter: {
    env: "MEGALOS_VTEP_FILTER",
    flag: "--vtep-filter <on or off>",
    help: "on: VXLAN is taken from nodes of the cluster alone (nftables, in the node's namespace)",
    default: "on",
  },
  maxMacs: {
    env: "MEGALOS_MAX_MACS",
    flag: "--max-macs <number>",
    help: "MAC addresses that a LAN learns on this node; 0: no limit",
    default: "4096",
  },
  maxNodeMacs: {
    env: "MEGALOS_MAX_NODE_MACS",
    flag: "--max-node-macs <number>",
    help: "MAC addresses that all LANs together learn on this node; 0: no limit",
    default: "8192",
  },
  maxPorts: {
    env: "MEGALOS_MAX_PORTS",
    flag: "--max-ports <number>",
    help: "interfaces of pods that all LANs together have on this node; 0: no limit",
    default: "3000",
  },
  stormLimit: {
    env: "MEGALOS_STORM_LIMIT",
    flag: "--storm-limit <number>",
    help: "broadcast, multicast and unknown unicast frames a second of a pod's port; 0: no limit",
    default: "2000",
  },
  neighbours: {
    env: "MEGALOS_NEIGHBOURS",
    flag: "--neighbours <number>",
    help:
      "neighbours (ARP, ND) that the kernel is to have room for, in all network namespaces of " +
      "the node together; what takes more is left; 0: all is left",
    default: "16384",
  },
  backlog: {
    env: "MEGALOS_BACKLOG",
    flag: "--backlog <number>",
    help:
      "frames that may wait for a processor of the node (net.core.netdev_max_backlog); what takes " +
      "more is left; 0: all is left",
    default: "16384",
  },
  moveHints: {
    env: "MEGALOS_MOVE_HINTS",
    flag: "--move-hints <on or off>",
    help: "on: workers tell each other through the reflector when a MAC address has moved; " +
      "off: this node tells and hears nothing",
    default: "on",
  },
  reconcile: {
    env: "MEGALOS_RECONCILE",
    flag: "--reconcile <seconds>",
    help: "how often the node is looked over",
    default: "5",
  },
  log: {
    env: "MEGALOS_LOG",
    flag: "--log <format>",
    help: "text: a line an event; json: a JSON object a line",
    default: "text",
  },
  logLevel: {
    env: "MEGALOS_LOG_LEVEL",
    flag: "--log-level <level>",
    help: "least of what is logged: debug (each call too), info, warn or error",
    default: "info",
  },
  frr: {
    env: "MEGALOS_FRR",
    flag: "--frr <who>",
    help: "start: the manager starts FRR where it is not running; wait: another container does",
    default: "start",
  },
  launcher: {
    env: "MEGALOS_LAUNCHER",
    flag: "--launcher <on or off>",
    help: "on: calls are handed to the manager; off: the bare plugin binary is installed",
    default: "on",
  },
} as const satisfies Record<string, SettingSource>;
export type SettingName = keyof typeof SOURCES;

const integer = (low: number, high: number) => {
  const rule = `an integer from ${low} to ${high}`;
  return z.string().regex(/^\d{1,10}$/, rule).transform(Number).refine(
    (value) => value >= low && value <= high,
    rule,
  );
};
const ADDRESS = z.union([z.ipv4(), z.ipv6()], "an IP address");
/**
 * A host name (RFC 1123, section 2.1). Its last label must not be a number: otherwise a mistyped
 * address would pass as a name.
 */
const HOST_NAME =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?\.?$/i;
const LIST_RULE = "addresses or names, separated by commas";
const reflectorList = z.string().transform((text) => text.split(",").map((one) => one.trim()))
  .refine((list) => list.every(isReflector), LIST_RULE);
/** An address, a name, or a name and the address to call while the name is not found. */
function isReflector(text: string): boolean {
  const [name = "", address, ...others] = text.split("/");
  if (address === undefined) return isAddress(name) || HOST_NAME.test(name);
  return HOST_NAME.test(name) && isAddress(address) && others.length === 0;
}
const networkList = z.string().transform((text, context) => {
  const networks = normaliseNetworks(text.split(",").map((one) => one.trim()));
  if (networks !== undefined) return networks;
  context.addIssue("networks, separated by commas, such as 10.0.0.0/16 or fd00::/64");
  return z.NEVER;
});
/**
 * RFC 2385 leaves the length of a password open. Linux takes 80 bytes (TCP_MD5SIG_MAXKEYLEN), and
 * FRR ends a password at the first blank.
 */
const PASSWORD = /^[\x21-\x7e]{1,80}$/;
export const PASSWORD_RULE = "1 to 80 printable ASCII characters without blanks";
const password = z.string().regex(PASSWORD, PASSWORD_RULE);
export function isPassword(text: string): boolean {
  return PASSWORD.test(text);
}
/** What the manager may read of what is mounted for it. */
const OWN_PATH = z.string().regex(/^\/etc\/megalos\/[^/]/, "a path in /etc/megalos");

const schema = z.object({
  nodeIp: ADDRESS.optional(),
  underlay: z.string().regex(
    DEVICE_NAME,
    "the name of a device, at most 15 characters",
  ).optional(),
  nodeName: z.string().regex(/^[\w.-]{1,253}$/, 'letters, digits, ".", "-" and "_"').optional(),
  routeReflector: ADDRESS.optional(),
  routeReflectors: reflectorList.optional(),
  bgpPassword: password.optional(),
  bgpPasswordFile: OWN_PATH.optional(),
  passwordDelay: integer(1, 3_600),
  nodeNetworks: networkList,
  ttlSecurity: integer(0, 254),
  frrMemory: integer(64, 1_048_576),
  maxRoutes: integer(1, 10_000_000),
  cniBinDir: z.string().startsWith("/", "an absolute path"),
  as: integer(1, 4_294_967_294),
  vxlanPort: integer(1, 65_535),
  mtu: integer(576, 65_535).optional(),
  httpPort: integer(1, 65_535),
  httpListen: z.enum(LISTEN, LISTEN.join(" or ")),
  viewPort: integer(1, 65_535),
  httpToken: z.string().regex(TOKEN, TOKEN_RULE).optional(),
  httpTokenFile: OWN_PATH.optional(),
  httpTls: OWN_PATH.optional(),
  metrics: z.enum(["guarded", "open"], "guarded or open"),
  grace: integer(0, 86_400),
  nodeGrace: integer(0, 86_400),
  vtepFilter: z.enum(["on", "off"], "on or off"),
  maxMacs: integer(0, 1_000_000),
  maxNodeMacs: integer(0, 1_000_000),
  maxPorts: integer(0, 1_000_000),
  stormLimit: integer(0, 1_000_000),
  neighbours: integer(0, 1_000_000),
  backlog: integer(0, 1_000_000),
  moveHints: z.enum(["on", "off"], "on or off"),
  reconcile: integer(1, 3_600),
  log: z.enum(FORMATS, FORMATS.join(" or ")),
  logLevel: z.enum(LEVELS, "debug, info, warn or error"),
  frr: z.enum(["start", "wait"], "start or wait"),
  launcher: z.enum(["on", "off"], "on or off"),
});
type Checked = z.infer<typeof schema>;

/**
 * The values that a setting may have; undefined where they are not few.
 * @param flag as SOURCES has it
 */
export function choicesOf(flag: string): readonly string[] | undefined {
  const names = Object.keys(SOURCES) as SettingName[];
  const name = names.find((one) =>
    (SOURCES as Record<SettingName, SettingSource>)[one].flag === flag
  );
  const type = name && schema.shape[name];
  return type instanceof z.ZodEnum ? type.options : undefined;
}

export interface Settings extends Omit<Checked, "routeReflector" | "routeReflectors"> {
  readonly role: Role;
  /** Addresses, names, and `NAME/ADDRESS`; at least one on a worker. */
  readonly reflectors: readonly string[];
}

/** Whether a text is an address of IPv4 or IPv6. */
export function isAddress(text: string): boolean {
  return ADDRESS.safeParse(text).success;
}

/** Texts as given; what was not given is undefined. */
export type Given = Partial<Record<SettingName, string | undefined>>;

/**
 * Reads the settings. A flag beats its variable, and an empty text counts as not given.
 * @param variables throws where a value is not UTF-8, as `Deno.env.get` does
 * @param wanted the role; without it, IS_CONTROL_PLANE gives the role
 * @throws {SettingsError} that names all that is wrong, or all that cannot be read
 */
export function readSettings(
  flags: Given,
  variables: (name: string) => string | undefined,
  wanted?: Role,
): Settings {
  const unreadable = new Set<string>();
  const env = (name: string) => {
    try {
      return variables(name);
    } catch {
      unreadable.add(name);
      return undefined;
    }
  };
  const role = wanted ?? roleOfEnvironment(env);
  const names = Object.keys(SOURCES) as SettingName[];
  const sources: Record<SettingName, SettingSource> = SOURCES;
  const given = Object.fromEntries(
    names.map((name) => [name, flags[name] || env(sources[name].env) || sources[name].default]),
  );
  if (unreadable.size > 0) {
    throw new SettingsError(
      [...unreadable].map((name) => `${name} is not usable; it must be UTF-8`),
    );
  }
  const parsed = schema.safeParse(given);
  const wrong = parsed.success ? [] : parsed.error.issues.map((issue) => {
    const name = issue.path[0] as SettingName;
    const isSecret = sources[name].flag === undefined;
    const value = isSecret ? "not usable" : quote(given[name]);
    return `${sources[name].env} is ${value}; it must be ${issue.message}`;
  });
  if (role === "worker" && (given.routeReflectors ?? given.routeReflector) === undefined) {
    wrong.push(
      `${SOURCES.routeReflector.env} is missing; a worker needs the route reflector's address`,
    );
  }
  if (parsed.success && parsed.data.viewPort === parsed.data.httpPort) {
    wrong.push(
      `${SOURCES.viewPort.env} is ${quote(given.viewPort)}; it must be another port than ` +
        SOURCES.httpPort.env,
    );
  }
  if (role === undefined) {
    wrong.push(
      `IS_CONTROL_PLANE is ${quote(env("IS_CONTROL_PLANE"))}; it must be true or false`,
    );
  }
  if (!parsed.success || role === undefined || wrong.length > 0) throw new SettingsError(wrong);
  const { routeReflector, routeReflectors, ...others } = parsed.data;
  const one = routeReflector === undefined ? [] : [routeReflector];
  const reflectors = routeReflectors ?? one;
  return { ...others, role, reflectors };
}

/** The role by IS_CONTROL_PLANE, as in the original; undefined when that names no role. */
function roleOfEnvironment(env: (name: string) => string | undefined): Role | undefined {
  const value = (env("IS_CONTROL_PLANE") ?? "").toLowerCase();
  if (["true", "1", "yes"].includes(value)) return "route-reflector";
  if (["", "false", "0", "no"].includes(value)) return "worker";
  return undefined;
}

/** An error has at most so many characters. */
const MAX_ERROR = 300;

/** Its message names the first that are wrong, and how many more there are. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  /** @param wrong all that is wrong, in a sentence each: for whoever can show them line by line */
  constructor(readonly wrong: readonly string[]) {
    super(`Cannot start: ${joinFirst(wrong, MAX_ERROR - "Cannot start: ".length)}`);
  }
}

/** Joins as many as have room, and at least one. */
function joinFirst(sentences: readonly string[], room: number): string {
  for (let count = sentences.length;; count--) {
    const more = sentences.length - count;
    const end = more === 0 ? "" : `; and ${more} more`;
    const text = sentences.slice(0, count).join("; ") + end;
    if (text.length <= room || count <= 1) return text;
  }
}
