// What is run in each kernel: groups of tests, and labs.
import { listTests } from "../../tools/list_tests.ts";

/** A column's cell in the summary: tests that run together, or a lab. */
export interface Case {
  readonly name: string;
  readonly what: string;
  /** Whether the short form has it. */
  readonly short: boolean;
  /**
   * Beginnings of the paths of test files in tests/, or a lab in lab/examples/ and its number of
   * workers.
   */
  readonly run: { readonly tests: readonly string[] } | {
    readonly lab: string;
    readonly nodes: number;
  };
}

const tests = (...names: string[]) => ({ tests: names });

export const CASES: readonly Case[] = [
  { name: "plugin", what: "the plugin at its boundary", short: false, run: tests("plugin/") },
  { name: "wire", what: "43 kinds of frame", short: true, run: tests("wire_") },
  {
    name: "calls",
    what: "calls that a manager answers, and their launcher",
    short: false,
    run: tests("calls/"),
  },
  {
    name: "worker",
    what: "two workers and a reflector with FRR",
    short: true,
    run: tests("manager/worker_"),
  },
  {
    name: "entries",
    what: "forwarding entries are kept and swept",
    short: false,
    run: tests("manager/entries_"),
  },
  { name: "mend", what: "what is broken is mended", short: false, run: tests("manager/mend_") },
  {
    name: "encrypted",
    what: "LANs on an underlay that WireGuard encrypts",
    short: false,
    run: tests("manager/encrypted_"),
  },
  {
    name: "upgrade",
    what: "what the Go original left is taken away",
    short: false,
    run: tests("upgrade_", "plugin/original_"),
  },
  {
    name: "two-pcs",
    what: "a lab of two devices",
    short: false,
    run: { lab: "two-pcs", nodes: 2 },
  },
  { name: "ospf-ring", what: "a lab with OSPF", short: false, run: { lab: "ospf-ring", nodes: 2 } },
  {
    name: "vlan-bridge",
    what: "a lab with Linux bridges that know VLANs",
    short: false,
    run: { lab: "vlan-bridge", nodes: 1 },
  },
  { name: "bond", what: "a lab with LACP", short: false, run: { lab: "bond", nodes: 1 } },
  { name: "vrf", what: "a lab with VRFs", short: false, run: { lab: "vrf", nodes: 1 } },
  {
    name: "wireguard",
    what: "a lab with WireGuard",
    short: false,
    run: { lab: "wireguard", nodes: 1 },
  },
  {
    name: "mpls-ldp",
    what: "a lab with MPLS and LDP",
    short: false,
    run: { lab: "mpls-ldp", nodes: 1 },
  },
];

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
    return { name, what: "some tests", short: false, run: tests(name) };
  });
}
