// The table that the lab ends with.
import assert from "node:assert/strict";
import { harmless } from "../../shared/harmless.ts";
import { HOSTILE } from "../../tests/fixture/hostile.ts";
import { makeReport } from "./report.ts";
import { COLOURS, PLAIN, renderInterfaces, renderReport } from "./table.ts";

const MAC = "02:00:00:00:00:01";
const attachment = { ifname: "eth0", lan: "net1", vni: 10, mac: MAC, config: "{}" };
const devices = [
  { name: "pc1", node: "n1", attachments: [attachment] },
  { name: "pc2", node: "n2", attachments: [attachment] },
  { name: "alone", node: "n1", attachments: [] },
];
const pair = {
  lan: "net1",
  from: { device: "pc1", ifname: "eth0", address: "10.0.0.1" },
  to: { device: "pc2", ifname: "eth0", address: "10.0.0.2" },
  ms: 1200,
};
const expectation = { device: "pc1", seconds: 5, command: "ping pc2", ms: 5100 };

Deno.test("a check counts at both ends of its pair", () => {
  const good = [{ ...expectation, ok: true, output: "" }];
  const report = makeReport(devices, [{ ...pair, ok: true, output: "" }], good);
  assert.equal(report.ok, true);
  assert.deepEqual(renderReport(report, PLAIN).split("\n"), [
    "DEVICE  NODE  INTERFACE  LAN   VNI  MAC                CHECKS",
    `pc1     n1    eth0       net1  10   ${MAC}  1/1 ok`,
    `pc2     n2    eth0       net1  10   ${MAC}  1/1 ok`,
    "alone   n1    -          -     -    -                  -",
    "",
    "ok      pc1: ping pc2 (5.1 s)",
    "",
    "3 devices, 1 LAN; 1 ping ok, 0 failed; 1 line of lab.check ok, 0 failed",
  ]);
});

Deno.test("a failed check names the peer, a failed expectation what was last said", () => {
  const bad = [{ ...expectation, ok: false, output: "no\nanswer" }];
  const report = makeReport(devices, [{ ...pair, ok: false, output: "" }], bad);
  assert.equal(report.ok, false);
  const text = renderReport(report, PLAIN);
  assert.match(text, /^pc1 .* 0\/1, no answer: pc2 10\.0\.0\.2$/m);
  assert.match(text, /^failed {2}pc1: ping pc2 \(5\.1 s\)\n {8}no\n {8}answer$/m);
  assert.ok(renderReport(report, COLOURS).includes("\x1b[31m0/1, no answer"));
});

Deno.test("what a device says or is called reaches a terminal without harm", () => {
  for (const [name, shown] of HOSTILE) {
    const bad = [{ ...expectation, command: name, ok: false, output: name }];
    const peer = { ...pair.to, address: name };
    const report = makeReport(devices, [{ ...pair, to: peer, ok: false, output: "" }], bad);
    const lines = renderReport(report, PLAIN).split("\n");
    for (const line of lines) assert.equal(line, harmless(line));
    assert.ok(lines.includes(`failed  pc1: ${shown} (5.1 s)`), lines.join("\n"));
  }
});

Deno.test("the table without checks has no column for them", () => {
  const { interfaces } = makeReport(devices, [], []);
  assert.match(
    renderInterfaces(interfaces, PLAIN),
    /^DEVICE {2}NODE {2}INTERFACE {2}LAN {3}VNI {2}MAC$/m,
  );
});

Deno.test("who has an address that no neighbour shares a subnet with is told from who has none", () => {
  const look = (...addresses: string[]) => ({
    state: "running" as const,
    interfaces: new Map([["eth0", { mac: MAC, isUp: true, addresses }]]),
  });
  const observed = new Map([
    ["pc1", look("10.0.0.1/24")],
    ["pc2", look("10.9.0.1/24")],
    ["alone", look()],
  ]);
  const text = renderReport(makeReport(devices, [], [], observed, ["pc1"]), PLAIN);
  assert.match(text, /^pc1 .* up +10\.0\.0\.1\/24 +- \(another subnet\)$/m);
  assert.match(text, /^alone .* running +- +-$/m);
  assert.match(text, /; 1 startup with errors: pc1$/);
});
