// The programs that are built, and all that each may do: the table to edit when one needs more.
import { PROGRAM_DIRS } from "../shared/process/command.ts";
import { VERSION } from "../shared/version.ts";

export interface Program {
  readonly main: string;
  /** Folders of the checkout that it is made of. */
  readonly sources: readonly string[];
  /** The script of a page that it serves, for browsers. */
  readonly page?: string;
  /** Programs that are carried in it, with the lab's files. */
  readonly carries?: readonly ("megalos" | "manager")[];
  /** How the finished program is asked for its version, and what its answer looks like. */
  readonly ask: {
    readonly env: Readonly<Record<string, string>>;
    readonly args: readonly string[];
    readonly answer: RegExp;
  };
  readonly may: Permissions;
  /** How V8 is set up: one flag of `deno compile`, or none. */
  readonly v8Flags: readonly [] | readonly [`--v8-flags=${string}`];
}

export interface Permissions {
  /** Bare names; each is allowed by its absolute path in every program directory. */
  readonly run: readonly string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly env: readonly string[];
  /** `host:port`. */
  readonly net: readonly string[];
  readonly sys: readonly string[] | "all";
}

export const PROGRAMS = {
  megalos: {
    main: "cni/main.ts",
    sources: ["cni", "shared"],
    ask: { env: { CNI_COMMAND: "VERSION" }, args: [], answer: /"supportedVersions":\[/ },
    may: {
      run: ["ip", "nsenter", "stat", "unshare"],
      read: ["/run/megalos", "/run/netns", "/var/run/netns"],
      write: ["/run/megalos"],
      env: ["CNI_*", "MEGALOS_MANAGED", "MEGALOS_TIME_SCALE"],
      net: [],
      // The kernel decides where a VXLAN device is made.
      sys: ["osRelease"],
    },
    v8Flags: [],
  },
  manager: {
    main: "manager/main.ts",
    sources: ["manager", "cni", "shared"],
    page: "manager/map/page/main.ts",
    ask: { env: {}, args: ["--version"], answer: new RegExp(VERSION.replaceAll(".", "\\.")) },
    may: {
      run: [
        "cmp",
        "getent",
        "install",
        "ip",
        "mkfifo",
        "mv",
        "nft",
        "nsenter",
        "python3",
        "rm",
        "setsid",
        "ss",
        "stat",
        "unshare",
        "vtysh",
      ],
      read: [
        "/etc/frr",
        "/etc/megalos",
        "/run/frr/away",
        "/run/frr/bgpd.pid",
        "/run/frr/watchfrr.pid",
        "/run/frr/zebra.pid",
        "/run/megalos",
        "/run/netns",
        "/var/run/frr/away",
        "/var/run/netns",
      ],
      write: ["/etc/frr", "/run/megalos"],
      env: [
        "BGP_*",
        "CNI_*",
        "IS_CONTROL_PLANE",
        "KATHARA_*",
        "MEGALOS_*",
        "NODE_IP",
        "NODE_NAME",
      ],
      // The HTTP port is a setting. A worker's line may lead to any address, but to one port alone.
      net: ["127.0.0.1", "[::1]", "0.0.0.0", "[::]", "0.0.0.0/0:9471"],
      // What the node is called where no setting says it.
      sys: ["hostname", "osRelease"],
    },
    // The manager lives for long on every node. These flags save a third of its memory with 500
    // LANs, and cost no time that could be measured.
    v8Flags: ["--v8-flags=--max-semi-space-size=1,--optimize-for-size"],
  },
  lab: {
    main: "lab/main.ts",
    sources: ["lab", "tools", "manager", "cni", "shared"],
    carries: ["megalos", "manager"],
    ask: { env: {}, args: ["--version"], answer: new RegExp(VERSION.replaceAll(".", "\\.")) },
    may: {
      run: [
        "apt-get",
        "cat",
        "dpkg-query",
        "env",
        "find",
        "grep",
        "kill",
        "md5sum",
        "nsenter",
        "perl",
        "setsid",
        "sh",
        "tail",
        "tar",
        "tmux",
      ],
      // A lab's folder and a picture of it may be anywhere.
      read: ["/"],
      write: ["/"],
      env: [
        "CLICOLOR_FORCE",
        "FORCE_COLOR",
        "HOME",
        "INIT_CWD",
        "LAB_NAME",
        "MEGALOS_TIME_SCALE",
        "NO_COLOR",
        "NO_PROXY",
        "PATH",
        "SUDO_USER",
        "TERM",
        "TMUX",
        "TMUX_TMPDIR",
        "XDG_CACHE_HOME",
        "ftp_proxy",
        "http_proxy",
        "https_proxy",
        "no_proxy",
      ],
      // `lab map` listens for a browser of this machine.
      net: ["127.0.0.1"],
      // The lab asks for its user and sets its umask. Deno 2.9.6 has no name of its own for the
      // permission to set it.
      sys: "all",
    },
    v8Flags: [],
  },
} satisfies Record<string, Program>;

export type ProgramName = keyof typeof PROGRAMS;
export const PROGRAM_NAMES = Object.keys(PROGRAMS) as ProgramName[];
/** What nodes have. */
export const NODE_PROGRAMS = ["megalos", "manager"] as const satisfies readonly ProgramName[];

/**
 * The flags of `deno compile` that allow just that. A program that needs more fails and never asks.
 */
export function permissionFlags(may: Permissions): string[] {
  // A bare name would make Deno search PATH before any code runs, and a runtime may pass none.
  const paths = may.run.flatMap((name) => PROGRAM_DIRS.map((dir) => `${dir}/${name}`));
  return [
    "--no-prompt",
    "--deny-import",
    ...flag("run", paths),
    ...flag("read", may.read),
    ...flag("write", may.write),
    ...flag("env", may.env),
    ...flag("net", may.net),
    ...(may.sys === "all" ? ["--allow-sys"] : flag("sys", may.sys)),
  ];
}

function flag(kind: keyof Permissions, allowed: readonly string[]): string[] {
  return allowed.length === 0 ? [] : [`--allow-${kind}=${allowed.join(",")}`];
}
