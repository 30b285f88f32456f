// One table of calls: resident, binary behind the launcher and bare binary answer it alike.
import assert from "node:assert/strict";
import type { Node } from "../fixture/cluster.ts";
import { type Call, LAN, type Reply } from "../fixture/calls.ts";
import { eventually } from "../fixture/eventually.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import {
  BINARY,
  callFiles,
  callOn,
  countsOf,
  lanDevices,
  LAUNCHER,
  startResidentNode,
} from "../fixture/resident_node.ts";
import { LANS } from "../fixture/bare_node.ts";

const MAC = "02:00:00:00:00:01";
const MIB = 1024 * 1024;
/** Lengths over what PIPE_BUF (4 KiB) and a pipe (64 KiB) take. */
const LENGTHS = [3_100, 5_000, 100_000];

const add = { verb: "ADD", config: { mac: MAC } };
const withPrevious = (prevResult: unknown, verb = "ADD") => ({
  verb,
  config: { mac: MAC, prevResult },
});
const interfaceOf = (mac: string) => ({
  cniVersion: "1.1.0",
  interfaces: [{ name: "net1", mac, sandbox: "/run/netns/pod" }],
});
/** A valid config of so many bytes. */
const ofLength = (bytes: number) =>
  `${JSON.stringify(LAN).slice(0, -1)}${" ".repeat(bytes)}`
    .slice(0, bytes - 1) + "}";

/**
 * Values that may do nothing to a launcher: options, globs, formats, quotes, commands, and bytes
 * that are no text.
 */
const HOSTILE = [
  "",
  " ",
  "*",
  "-n",
  "--help",
  "%s%n%d",
  "\\\\",
  "a\nb",
  "a\n",
  "'\"`",
  "$(touch /run/hostile)",
  "; touch /run/hostile",
  "\uFEFFc1",
  "ü",
  "\\xFF\\xFE",
];

const inPlace: readonly ((value: string) => Call)[] = [
  (args) => ({ ...add, args }),
  (ifname) => ({ verb: "DEL", ifname }),
  (name) => ({ verb: "CHECK", netns: `/run/netns/${name}` }),
  (verb) => ({ verb }),
];

/** The calls are made in this order on one node: what one call leaves, the next one finds. */
const CALLS: readonly Call[] = [
  { verb: "STATUS" },
  { verb: "STATUS", config: { cniVersion: "0.4.0" } },
  { verb: "GC" },
  add,
  add,
  withPrevious(interfaceOf(MAC), "CHECK"),
  withPrevious(interfaceOf("02:00:00:00:00:09"), "CHECK"),
  { verb: "CHECK" },
  { verb: "GC", config: { "cni.dev/valid-attachments": [{ containerID: "c1", ifname: "net1" }] } },
  { ...add, container: "c2", ifname: "net2", config: { mac: MAC, vxlanId: 11 } },
  { verb: "DEL" },
  { verb: "DEL" },
  { verb: "DEL", netns: "" },
  { verb: "DEL", env: { CNI_NETNS: undefined } },
  ...["0.1.0", "0.3.1", "1.0.0"].flatMap((cniVersion) => [
    { verb: "ADD", config: { mac: MAC, cniVersion } },
    { verb: "DEL", config: { cniVersion } },
  ]),
  ...[{ dns: { domain: "é.日本" } }, ...LENGTHS.map((length) => ({ long: "x".repeat(length) }))]
    .flatMap((prevResult) => [withPrevious(prevResult), { verb: "DEL" }]),
  { ...add, args: "IgnoreUnknown=1;MAC=02:00:00:00:00:02;K8S_POD_NAME=a b" },
  { verb: "GC", config: { "cni.dev/valid-attachments": [] } },
  ...["", "{", "[]", "null", "\u0000", Uint8Array.of(0x7b, 0xff, 0x7d)].map((stdin) => ({
    verb: "ADD",
    stdin,
  })),
  ...[
    `${JSON.stringify(LAN)}\n`,
    JSON.stringify(LAN, null, 2),
    "{\n",
    "\n\n",
    `\u0000${JSON.stringify(LAN)}`,
  ]
    .map((stdin) => ({ verb: "STATUS", stdin })),
  { verb: "STATUS", stdin: ofLength(4 * MIB) },
  { verb: "STATUS", stdin: `\n${ofLength(4 * MIB + 1)}` },
  { verb: "STATUS", stdin: ofLength(4 * MIB + 1) },
  { verb: "ADD", config: { name: undefined } },
  { verb: "ADD", config: { vxlanId: "10", suffix: "toolong", mtu: 1 } },
  { verb: "ADD", config: { cniVersion: "9" } },
  { verb: "ADD", netns: "/run/netns/none" },
  { verb: "ADD", netns: LANS },
  { verb: "ADD", netns: "/run/netns/fifo" },
  { verb: "CHECK", netns: "/run/netns/fifo", config: { prevResult: interfaceOf(MAC) } },
  ...["lo", "all", "default", "netà"].map((ifname) => ({ verb: "ADD", ifname })),
  { ...add, config: { mac: MAC, mtu: null, port: null, master: null, runtimeConfig: null } },
  { ...add, ifname: "net2", config: { mac: null, master: "nowhere" } },
  { ...add, ifname: "ééééééé", args: `K8S_POD_NAMESPACE=a;K8S_POD_NAME=${"p".repeat(253)}` },
  { verb: "DEL", ifname: "ééééééé" },
  { verb: "DEL" },
  { verb: "ADD", env: { CNI_CONTAINERID: undefined, CNI_IFNAME: undefined, CNI_PATH: "" } },
  { verb: "DEL", env: { CNI_CONTAINERID: undefined } },
  // Every value in every place would make many calls.
  ...HOSTILE.map((value, at) => inPlace[at % inPlace.length]!(value)),
  ...HOSTILE.map((container) => ({ ...add, container })),
  { verb: "DEL" },
];

testAsRoot(
  "every call is answered alike by the resident, behind the launcher without it, and by the binary",
  async () => {
    await using worker = await startResidentNode();
    const { node } = worker;
    await node.must("mkfifo", "/run/netns/fifo");
    const residents = await answerAll(node, LAUNCHER);
    await eventually(
      async () => (await callFiles(node)).length === 0,
      10,
      async () => `${await callFiles(node)} is left`,
    );
    const adds = CALLS.filter(({ verb }) => verb === "ADD").length;
    await eventually(
      async () => (await countsOf(node, "ADD")).answered! > adds / 2,
      10,
      "the resident has not answered",
    );
    await worker.manager.end("KILL");
    const [binaries, behind] = [await answerAll(node, BINARY), await answerAll(node, LAUNCHER)];
    for (const [at, call] of CALLS.entries()) {
      assert.deepEqual(residents[at], binaries[at], `the resident answers ${JSON.stringify(call)}`);
      assert.deepEqual(behind[at], binaries[at], `the launcher answers ${JSON.stringify(call)}`);
    }
    assert.equal((await node.run(["test", "-e", "/run/hostile"])).code, 1);
  },
);

/** Answers everything but stderr and the host-side MAC address, which is random. */
async function answerAll(node: Node, program: string) {
  const answers: Pick<Reply, "exitCode" | "stdout">[] = [];
  for (const call of CALLS) {
    const { exitCode, stdout } = await callOn(node, call, program);
    answers.push({ exitCode, stdout: stdout.replace(/("name":"mg\w{13}","mac":)"[^"]*"/, "$1") });
  }
  assert.deepEqual(await lanDevices(node), []);
  return answers;
}
