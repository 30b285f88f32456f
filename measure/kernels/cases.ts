// What is run in each kernel: groups of tests, and labs.
import { listTests } from "../../tools/list_tests.ts";

/** A column's cell in the summary: tests that run together, or a lab. */
export interface Case {
  readonly name: string;
  readonly what: string;
  readonly run: Work;
}

/**
 * Beginnings of the paths of test files in tests/, or a lab in lab/examples/ and its number of
 * workers, or a program in measure/ and its arguments.
 */
type Work =
  | { readonly tests: readonly string[] }
  | { readonly lab: string; readonly nodes: number }
  | { readonly measure: readonly [string, ...string[]] };

const tests = (...names: string[]) => ({ tests: names });

export const CASES: readonly Case[] = [
  {
    name: "wire",
    what: "two workers and a reflector with FRR: frames of all kinds",
    run: tests("wire_"),
  },
  {
    name: "plugin",
    what: "the plugin at its boundary",
    run: tests("plugin/"),
  },
  {
    name: "calls",
    what: "calls that a manager answers, and their launcher",
    run: tests("calls/"),
  },
  {
    name: "worker",
    what: "a worker's life: readiness, status, LANs without pods",
    run: tests("manager/worker_"),
  },
  {
    name: "entries",
    what: "forwarding entries are kept and swept",
    run: tests("manager/entries_"),
  },
  { name: "mend", what: "what is broken is mended", run: tests("manager/mend_") },
  {
    name: "older",
    what: "before Linux 6.15: calls that were killed, mending, sweeps, uninstall",
    run: tests("manager/older_"),
  },
  {
    name: "install",
    what: "what an install makes on a node: LAN namespace, settings, files",
    run: tests("manager/install_"),
  },
  {
    name: "walls",
    what: "limits of MAC addresses and of storms, and the VTEP filter",
    run: tests("manager/mac_limit_", "manager/storm_limit_", "manager/vtep_filter_"),
  },
  {
    name: "neighbours",
    what: "a worker raises the machine's tables of neighbours, and a scan fills them no more",
    run: tests("manager/neighbour_room_"),
  },
  {
    name: "backlog",
    what: "a worker gives waiting frames room, and a burst to many ports loses none",
    run: tests("manager/backlog_"),
  },
  {
    name: "encrypted",
    what: "LANs on an underlay that WireGuard encrypts",
    run: tests("manager/encrypted_"),
  },
  {
    name: "apparmor",
    what: "a worker's life in containers that AppArmor confines",
    run: { measure: ["powers", "--apparmor"] },
  },
  {
    name: "failover",
    what: "a bond's active link goes, on one node and on two",
    run: tests("manager/bond_failover_"),
  },
  {
    name: "upgrade",
    what: "what the Go original left is taken away",
    run: tests("upgrade_", "plugin/original_"),
  },
  {
    name: "two-pcs",
    what: "a lab of two devices",
    run: { lab: "two-pcs", nodes: 2 },
  },
  { name: "ospf-ring", what: "a lab with OSPF", run: { lab: "ospf-ring", nodes: 2 } },
  {
    name: "vlan-bridge",
    what: "a lab with Linux bridges that know VLANs",
    run: { lab: "vlan-bridge", nodes: 1 },
  },
  { name: "bond", what: "a lab with LACP", run: { lab: "bond", nodes: 1 } },
  { name: "vrf", what: "a lab with VRFs", run: { lab: "vrf", nodes: 1 } },
  {
    name: "wireguard",
    what: "a lab with WireGuard",
    run: { lab: "wireguard", nodes: 1 },
  },
  {
    name: "mpls-ldp",
    what: "a lab with MPLS and LDP",
    run: { lab: "mpls-ldp", nodes: 1 },
  },
];

/** The short form: the shortest tests that matter. What comes last may find no time. */
export const SHORT = ["plugin/result_", "plugin/older_", "wire"] as const;

/**
 * The cases of these names. What is no case's name is the beginning of test files' paths in tests/,
 * such as `plugin/add_`.
 * @throws {Error} when a word is neither
 */
export function pickCases(wanted: readonly string[]): Case[] {
  return wanted.map((name) => {
    const known = CASES.find((one) => one.name === name);
    if (known !== undefined) return known;
    try {
      listTests([name]);
    } catch {
      const names = CASES.map((one) => one.name).join(", ");
      throw new Error(
        `Cannot run ${name}: it is none of ${names}, and no test's path in tests/ begins so`,
      );
    }
    return { name, what: "some tests", run: tests(name) };
  });
}
