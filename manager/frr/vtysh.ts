// Typed builders of vtysh commands: FRR's shell, one show or one file at a time.
import type { Command } from "../../shared/process/command.ts";

/** Shows of which FRR prints JSON. */
export type Show =
  | "show bgp neighbors json"
  | "show evpn vni json";

const SESSIONS = "show bgp l2vpn evpn summary json";
const TIMEOUT_MS = 10_000;
/** zebra writes half a million MAC addresses in some seconds, and bgpd long routes. */
const LONG_TIMEOUT_MS = 60_000;

export const vtysh = {
  show: (show: Show): Command => ({ argv: ["vtysh", "-c", show], timeoutMs: TIMEOUT_MS }),
  /** MAC addresses of LANs: an object of JSON for each LAN. */
  macs: (vnis: readonly number[]): Command => ({
    argv: ["vtysh", ...vnis.flatMap((vni) => ["-c", `show evpn mac vni ${vni} json`])],
    timeoutMs: LONG_TIMEOUT_MS,
  }),
  /** The same of single addresses. */
  macPlaces: (macs: readonly { readonly vni: number; readonly mac: string }[]): Command => ({
    argv: [
      "vtysh",
      ...macs.flatMap(({ vni, mac }) => [
        "-c",
        `show evpn mac vni ${vni} mac ${mac} json`,
      ]),
    ],
    timeoutMs: TIMEOUT_MS,
  }),
  /** What a peer has announced, as a table: the longer the routes are, the longer it takes. */
  announced: (peer: string): Command => ({
    argv: ["vtysh", "-c", `show bgp l2vpn evpn neighbors ${peer} routes`],
    timeoutMs: LONG_TIMEOUT_MS,
  }),
  /** All routes, as a table. */
  routes: (): Command => ({
    argv: ["vtysh", "-c", "show bgp l2vpn evpn route"],
    timeoutMs: LONG_TIMEOUT_MS,
  }),
  /** Routes of type 3: a node on a LAN. */
  multicastRoutes: (): Command => ({
    argv: ["vtysh", "-c", "show bgp l2vpn evpn route type multicast json"],
    timeoutMs: LONG_TIMEOUT_MS,
  }),
  /** The daemons that answer, in one line. */
  daemons: (): Command => ({ argv: ["vtysh", "-c", "show daemons"], timeoutMs: TIMEOUT_MS }),
  /**
   * The same line, and then the sessions as JSON where bgpd answers. It is one command, because
   * vtysh takes 25 ms of a processor to start.
   */
  health: (): Command => ({
    argv: ["vtysh", "-c", "show daemons", "-c", SESSIONS],
    timeoutMs: TIMEOUT_MS,
  }),
  /** Ends a session; its routes are gone at once. */
  clearSession: (peer: string): Command => ({
    argv: ["vtysh", "-c", `clear bgp ${peer}`],
    timeoutMs: TIMEOUT_MS,
  }),
  /** What bgpd's memory is taken by, a line for each kind. */
  memory: (): Command => ({
    argv: ["vtysh", "-c", "show memory bgpd"],
    timeoutMs: TIMEOUT_MS,
  }),
  runningConfig: (): Command => ({
    argv: ["vtysh", "-c", "show running-config"],
    timeoutMs: TIMEOUT_MS,
  }),
  /** Runs the lines of a file as if they were typed. */
  applyFile: (path: string): Command => ({ argv: ["vtysh", "-f", path], timeoutMs: TIMEOUT_MS }),
  /** Checks a file without any daemon: exit 2 and "line N: % ..." when it is wrong. */
  checkFile: (path: string): Command => ({
    argv: ["vtysh", "-C", "-f", path],
    timeoutMs: TIMEOUT_MS,
  }),
} as const;
