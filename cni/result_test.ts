// Results beyond the golden files: what a previous plugin said is passed on as it was.
import assert from "node:assert/strict";
import { findInterface, renderResult } from "./result.ts";

const HOST = { name: "host", mac: "02:00:00:00:00:01", mtu: 1450 };
const POD = { name: "net1", mac: "02:00:00:00:00:02", mtu: 1450, sandbox: "/run/netns/pod" };

Deno.test("a previous result is extended: its keys stay, its interfaces come first", () => {
  const previous = {
    cniVersion: "1.1.0",
    ips: [{ address: "10.0.0.1/24", interface: 0 }],
    routes: [],
    x: 1,
    interfaces: [{ name: "eth0" }],
  };
  assert.deepEqual(renderResult("1.1.0", [HOST, POD], previous), {
    ...previous,
    interfaces: [{ name: "eth0" }, HOST, POD],
  });
  const old = { cniVersion: "0.2.0", ip4: { ip: "10.0.0.1/24" } };
  assert.deepEqual(renderResult("0.2.0", [HOST, POD], old), { dns: {}, ...old });
});

Deno.test("interfaces that are no list are replaced", () => {
  for (const interfaces of [null, "x", {}]) {
    const { interfaces: found } = renderResult("1.0.0", [POD], { interfaces });
    assert.deepEqual(found, [{ name: "net1", mac: POD.mac, sandbox: POD.sandbox }]);
  }
});

Deno.test("the pod's interface is found by name and sandbox", () => {
  const find = (interfaces: unknown) => findInterface({ interfaces }, "net1", POD.sandbox);
  assert.equal(find([HOST, { ...POD, sandbox: "/other" }, POD]), POD);
  for (const none of [undefined, null, {}, [], [null, 1, "x"], [{ ...POD, sandbox: undefined }]]) {
    assert.equal(find(none), undefined);
  }
});
