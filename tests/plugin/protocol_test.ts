// The plugin's protocol at its boundary: which verb answers what, in the specification's order.
import assert from "node:assert/strict";
import { VERSION } from "../../shared/version.ts";
import { type Call, callPlugin, CODE, codeOf, type Config, messageOf } from "../fixture/calls.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { BareNode } from "../fixture/bare_node.ts";

const VERSIONS = ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];

testAsRoot("without CNI_COMMAND the plugin says what it is, on stderr", async () => {
  await using node = await BareNode.start();
  for (const env of [{ CNI_COMMAND: undefined }, { CNI_COMMAND: "" }]) {
    const { exitCode, stdout, stderr } = await callPlugin(node, { verb: "", env, stdin: "" });
    assert.deepEqual([exitCode, stdout], [0, ""]);
    const [about, versions] = stderr.split("\n");
    assert.match(about ?? "", new RegExp(`^CNI megalos plugin v${RegExp.escape(VERSION)} \\(Deno`));
    assert.equal(versions, `CNI protocol versions supported: ${VERSIONS.join(", ")}`);
  }
});

testAsRoot("VERSION needs no variable and no input, and ignores both", async () => {
  await using node = await BareNode.start();
  const bare = Object.fromEntries(
    ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"].map((name) => [name, undefined]),
  );
  const calls: Call[] = [
    { verb: "VERSION", env: bare, stdin: "" },
    {
      verb: "VERSION",
      env: { ...bare, CNI_CONTAINERID: "../x", CNI_ARGS: "=" },
      stdin: "{nonsense",
    },
    { verb: "VERSION", config: { cniVersion: "0.3.0" } },
  ];
  for (const call of calls) {
    assert.deepEqual(await callPlugin(node, call), {
      exitCode: 0,
      stdout: JSON.stringify({ cniVersion: "1.1.0", supportedVersions: VERSIONS }) + "\n",
      stderr: "",
    });
  }
});

const NEEDED = { ADD: 4, CHECK: 4, DEL: 3, GC: 1, STATUS: 1 } as const;
const ALL = ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"];
const wrongIds = ["../x", "-a", "a b", "a/b", "é", "a\nb", "."];
const wrongIfnames = [
  ".",
  "..",
  "a/b",
  "a:b",
  "a b",
  "a\tb",
  "sixteen-letters-",
  "ééééééééé",
  "a#b",
  'a"b',
  "net%d",
  "lo",
  "all",
  "default",
  // The last letter's second byte is 0xA0, which the kernel takes for white space.
  "netà",
];
const wrongNetns = [
  "relative/path",
  "pod",
  "/run/netns/a#b",
  "/run/netns/a\nb",
  '/run/"x"',
  "/run/a\\b",
];
/** JSON, but for one byte. */
const NOT_UTF8 = Uint8Array.from(
  '{"name":"net1","x":"?"}',
  (character) => character === "?" ? 0xff : character.charCodeAt(0),
);
const noName: Config = { name: undefined };

/** Each row: what is wrong, the call, its code, and what its message must name. */
const WRONG: [string, Call, number, RegExp][] = [
  ...Object.entries(NEEDED).map(([verb, count]): [string, Call, number, RegExp] => {
    const missing = count === 3 ? ALL.filter((name) => name !== "CNI_NETNS") : ALL.slice(-count);
    const env = Object.fromEntries(ALL.map((name) => [name, undefined]));
    return [
      `${verb} without variables`,
      { verb, env },
      CODE.environment,
      new RegExp(`\\[${missing}\\] missing`),
    ];
  }),
  [
    "an empty variable",
    { verb: "ADD", env: { CNI_NETNS: "" } },
    CODE.environment,
    /\[CNI_NETNS\] missing/,
  ],
  ...wrongIds.map((container): [string, Call, number, RegExp] => [
    `container ID ${JSON.stringify(container)}`,
    { verb: "ADD", container },
    CODE.environment,
    /CNI_CONTAINERID/,
  ]),
  ...wrongIfnames.map((ifname): [string, Call, number, RegExp] => [
    `interface ${JSON.stringify(ifname)}`,
    { verb: "ADD", ifname },
    CODE.environment,
    /CNI_IFNAME/,
  ]),
  ...wrongNetns.map((netns): [string, Call, number, RegExp] => [
    `namespace ${JSON.stringify(netns)}`,
    { verb: "ADD", netns },
    CODE.environment,
    /CNI_NETNS/,
  ]),
  ["DEL of a wrong ID", { verb: "DEL", container: "a/b" }, CODE.environment, /CNI_CONTAINERID/],
  ["unknown verb", { verb: "ATTACH" }, CODE.environment, /unknown CNI_COMMAND: ATTACH/],
  ["verb in lower case", { verb: "add" }, CODE.environment, /unknown CNI_COMMAND: add/],
  ["no input", { verb: "ADD", stdin: "" }, CODE.decode, /not JSON/],
  ["input not JSON", { verb: "ADD", stdin: "{'name': 1}" }, CODE.decode, /not JSON/],
  ["input cut off", { verb: "DEL", stdin: '{"name":"net1"' }, CODE.decode, /not JSON/],
  ["input an array", { verb: "ADD", stdin: "[]" }, CODE.decode, /not a JSON object/],
  ["input null", { verb: "ADD", stdin: "null" }, CODE.decode, /not a JSON object/],
  ["input not UTF-8", { verb: "ADD", stdin: NOT_UTF8 }, CODE.decode, /not JSON/],
  ["no name", { verb: "ADD", config: noName }, CODE.config, /name is missing/],
  ["DEL without name", { verb: "DEL", config: noName }, CODE.config, /name is missing/],
  ["STATUS without name", { verb: "STATUS", config: noName }, CODE.config, /name is missing/],
  ["name empty", { verb: "ADD", config: { name: "" } }, CODE.config, /name is missing/],
  ["name a number", { verb: "ADD", config: { name: 1 } }, CODE.config, /name is 1/],
  ["name with a slash", { verb: "ADD", config: { name: "a/b" } }, CODE.config, /name is "a\/b"/],
  ["name with a newline", { verb: "ADD", config: { name: "a\n" } }, CODE.config, /name is "a\\n"/],
  [
    "cniVersion unknown",
    { verb: "ADD", config: { cniVersion: "2.0.0" } },
    CODE.incompatibleVersion,
    /"2.0.0"/,
  ],
  [
    "cniVersion nonsense",
    { verb: "ADD", config: { cniVersion: "new" } },
    CODE.incompatibleVersion,
    /"new"/,
  ],
  [
    "cniVersion a number",
    { verb: "ADD", config: { cniVersion: 1 } },
    CODE.config,
    /cniVersion is 1/,
  ],
  [
    "CHECK in 0.3.1",
    { verb: "CHECK", config: { cniVersion: "0.3.1" } },
    CODE.incompatibleVersion,
    /CHECK/,
  ],
  ["GC in 1.0.0", { verb: "GC", config: { cniVersion: "1.0.0" } }, CODE.incompatibleVersion, /GC/],
  [
    "STATUS in 1.0.0",
    { verb: "STATUS", config: { cniVersion: "1.0.0" } },
    CODE.incompatibleVersion,
    /STATUS/,
  ],
  [
    "GC without cniVersion",
    { verb: "GC", config: { cniVersion: undefined } },
    CODE.incompatibleVersion,
    /0\.1\.0/,
  ],
  // The order: environment, input, name, verb, version.
  [
    "environment before input",
    { verb: "ADD", container: "/", stdin: "" },
    CODE.environment,
    /CNI_CONTAINERID/,
  ],
  ["input before verb", { verb: "ATTACH", stdin: "" }, CODE.decode, /not JSON/],
  ["name before verb", { verb: "ATTACH", config: noName }, CODE.config, /name/],
  [
    "name before version",
    { verb: "ADD", config: { ...noName, cniVersion: "9" } },
    CODE.config,
    /name/,
  ],
  [
    "version before LAN",
    { verb: "ADD", config: { cniVersion: "9", vxlanId: "x" } },
    CODE.incompatibleVersion,
    /"9"/,
  ],
];

testAsRoot("each wrong call has its code, names what is wrong and changes nothing", async () => {
  await using node = await BareNode.start();
  await node.addPods("pod");
  const before = await node.observe();
  for (const [title, call, code, message] of WRONG) {
    const reply = await callPlugin(node, call);
    assert.equal(codeOf(reply), code, `${title}: ${reply.stdout}`);
    assert.match(messageOf(reply), message, title);
    assert.equal(reply.stderr, "", title);
    assert.deepEqual(await node.observe(), before, title);
  }
});

testAsRoot("an error is in the config's version where that is known", async () => {
  await using node = await BareNode.start();
  for (const [cniVersion, expected] of [["0.3.0", "0.3.0"], ["1.0.0", "1.0.0"], ["9", "1.1.0"]]) {
    const { stdout } = await callPlugin(node, { verb: "ADD", config: { cniVersion, vxlanId: -1 } });
    assert.equal(JSON.parse(stdout).cniVersion, expected);
  }
  const { stdout } = await callPlugin(node, { verb: "ADD", config: { cniVersion: "9" } });
  assert.match(JSON.parse(stdout).details, /0\.1\.0, .*1\.1\.0/);
});
