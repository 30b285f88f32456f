// The manager's settings: one schema for environment and flags, wrong ones reported all at once.
import * as z from "zod";

export const ROLES = ["worker", "route-reflector"] as const;
export type Role = typeof ROLES[number];

/** How a setting is given and told about in `--help`. */
export interface SettingSource {
  readonly env: string;
  readonly flag: string;
  readonly help: string;
  readonly default?: string;
}

/** Every setting. NODE_IP, KATHARA_MASTER_SERVICE_HOST (and IS_CONTROL_PLANE, the role) are the original's. */
export const SOURCES = {
  nodeIp: {
    env: "NODE_IP",
    flag: "--node-ip <address>",
    help: "address of this node, its VTEP; without it that of the default route's device",
  },
  routeReflector: {
    env: "KATHARA_MASTER_SERVICE_HOST",
    flag: "--route-reflector <address>",
    help: "address of the route reflector; a worker needs it",
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
  grace: {
    env: "MEGALOS_EMPTY_LAN_GRACE",
    flag: "--empty-lan-grace <seconds>",
    help: "how long a LAN without pods is kept",
    default: "30",
  },
  reconcile: {
    env: "MEGALOS_RECONCILE",
    flag: "--reconcile <seconds>",
    help: "how often the node is looked over",
    default: "5",
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
const address = z.union([z.ipv4(), z.ipv6()], "an IP address");

const schema = z.object({
  nodeIp: address.optional(),
  routeReflector: address.optional(),
  cniBinDir: z.string().startsWith("/", "an absolute path"),
  as: integer(1, 4_294_967_294),
  vxlanPort: integer(1, 65_535),
  mtu: integer(576, 65_535).optional(),
  httpPort: integer(1, 65_535),
  grace: integer(0, 86_400),
  reconcile: integer(1, 3_600),
  frr: z.enum(["start", "wait"], "start or wait"),
  launcher: z.enum(["on", "off"], "on or off"),
});
export type Settings = z.infer<typeof schema> & { readonly role: Role };

/** Texts as given; what was not given is undefined. */
export type Given = Partial<Record<SettingName, string | undefined>>;

/** Reads settings; a flag beats its variable, and an empty text is none. Without a role, it is IS_CONTROL_PLANE's.
 * @throws {SettingsError} that names all that is wrong */
export function readSettings(
  flags: Given,
  env: (name: string) => string | undefined,
  wanted?: Role,
): Settings {
  const role = wanted ?? roleOfEnvironment(env);
  const names = Object.keys(SOURCES) as SettingName[];
  const sources: Record<SettingName, SettingSource> = SOURCES;
  const given = Object.fromEntries(
    names.map((name) => [name, flags[name] || env(sources[name].env) || sources[name].default]),
  );
  const parsed = schema.safeParse(given);
  const wrong = parsed.success ? [] : parsed.error.issues.map((issue) => {
    const name = issue.path[0] as SettingName;
    return `${sources[name].env} is ${JSON.stringify(given[name])}; it must be ${issue.message}`;
  });
  if (role === "worker" && given.routeReflector === undefined) {
    wrong.push(
      `${SOURCES.routeReflector.env} is missing; a worker needs the route reflector's address`,
    );
  }
  if (role === undefined) {
    wrong.push(
      `IS_CONTROL_PLANE is ${JSON.stringify(env("IS_CONTROL_PLANE"))}; it must be true or false`,
    );
  }
  if (!parsed.success || role === undefined || wrong.length > 0) throw new SettingsError(wrong);
  return { ...parsed.data, role };
}

/** The role that the original's manifest asks for by IS_CONTROL_PLANE; undefined when it says neither. */
function roleOfEnvironment(env: (name: string) => string | undefined): Role | undefined {
  const value = (env("IS_CONTROL_PLANE") ?? "").toLowerCase();
  if (["true", "1", "yes"].includes(value)) return "route-reflector";
  if (["", "false", "0", "no"].includes(value)) return "worker";
  return undefined;
}

export class SettingsError extends Error {
  override readonly name = "SettingsError";
  constructor(readonly wrong: readonly string[]) {
    super(`Cannot start: ${wrong.join("; ")}`);
  }
}
