// What ADD prints, byte for byte, for every version of the specification: the files in golden/cni.
import assert from "node:assert/strict";
import { ROOT } from "../../tools/checkout.ts";
import { callPlugin, type Config } from "../fixture/calls.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { BareNode, LANS } from "../fixture/bare_node.ts";

const PREV_RESULT = {
  cniVersion: "0.4.0",
  interfaces: [{ name: "eth0", sandbox: "/run/netns/pod" }],
  ips: [{ version: "4", interface: 0, address: "10.0.0.2/24" }],
  dns: { nameservers: ["10.0.0.1"] },
};

/** Golden file and config. */
const CASES: Readonly<Record<string, Config>> = {
  ...Object.fromEntries(
    ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"]
      .map((cniVersion) => [`add_${cniVersion}`, { cniVersion }]),
  ),
  add_absent: { cniVersion: undefined },
  add_after_another_plugin: { cniVersion: "0.4.0", prevResult: PREV_RESULT },
};

for (const [golden, config] of Object.entries(CASES)) {
  testAsRoot(`the result of ${golden.replaceAll("_", " ")}`, async () => {
    await using node = await BareNode.start();
    await node.addPods("pod");
    const call = { config, args: "MAC=02:00:00:00:00:01" };
    const { exitCode, stdout, stderr } = await callPlugin(node, { verb: "ADD", ...call });
    assert.deepEqual([exitCode, stderr], [0, ""], stdout);
    const port = (await node.devices(LANS)).find(({ group }) => group === "1");
    assert.ok(port);
    assert.equal(
      stdout.replace(port.ifname, "PORT").replace(port.address, "PORT-MAC"),
      await Deno.readTextFile(`${ROOT}/tests/golden/cni/${golden}.json`),
    );
    // DEL prints nothing, in every version.
    const gone = await callPlugin(node, { verb: "DEL", ...call });
    assert.deepEqual(gone, { exitCode: 0, stdout: "", stderr: "" });
  });
}
