// The model of FRR: what of the settings it takes, and router IDs.
import assert from "node:assert/strict";
import fc from "fast-check";
import { modelFrr, toRouterId } from "./model.ts";

Deno.test("an IPv4 address is its own router ID", () => {
  fc.assert(fc.property(fc.ipV4(), (address) => assert.equal(toRouterId(address), address)));
});

Deno.test("an IPv6 address is folded into one router ID, its neighbours into others", () => {
  fc.assert(fc.property(fc.ipV6(), (address) => {
    const id = toRouterId(address);
    assert.match(id, /^\d{1,3}(\.\d{1,3}){3}$/);
    assert.ok(id.split(".").every((part) => Number(part) <= 255), id);
    assert.equal(toRouterId(address), id);
  }));
  const neighbours = Array.from({ length: 5000 }, (_, at) => `fd00::${at.toString(16)}`);
  assert.equal(new Set(neighbours.map(toRouterId)).size, neighbours.length);
});

Deno.test("a worker has its reflectors; a reflector listens to all addresses in halves", () => {
  const settings = { as: 7, bgpPassword: "secret" };
  const worker = modelFrr({ ...settings, role: "worker" }, "10.0.0.2", ["10.0.0.1", "10.0.0.3"]);
  assert.ok(worker.role === "worker");
  assert.deepEqual([worker.as, worker.routerId, worker.password], [7, "10.0.0.2", "secret"]);
  assert.equal(worker.source, "10.0.0.2");
  assert.deepEqual(worker.reflectors, ["10.0.0.1", "10.0.0.3"]);
  const reflector = modelFrr({ ...settings, role: "route-reflector" }, "10.0.0.1", []);
  assert.ok(reflector.role === "route-reflector");
  assert.deepEqual([reflector.as, reflector.password], [7, "secret"]);
  assert.deepEqual(reflector.listenRanges, ["0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"]);
});
