// The model of FRR: what of the settings it takes, and router IDs.
import assert from "node:assert/strict";
import fc from "fast-check";
import { readSettings } from "../settings.ts";
import { modelFrr, toRouterId } from "./model.ts";

Deno.test("an IPv4 address is its own router ID", () => {
  fc.assert(fc.property(fc.ipV4(), (address) => assert.equal(toRouterId(address), address)));
});

Deno.test("an IPv6 address is folded into a router ID, always the same one, neighbours into others", () => {
  fc.assert(fc.property(fc.ipV6(), (address) => {
    const id = toRouterId(address);
    assert.match(id, /^\d{1,3}(\.\d{1,3}){3}$/);
    assert.ok(id.split(".").every((part) => Number(part) <= 255), id);
    assert.equal(toRouterId(address), id);
  }));
  const neighbours = Array.from({ length: 5000 }, (_, at) => `fd00::${at.toString(16)}`);
  assert.equal(new Set(neighbours.map(toRouterId)).size, neighbours.length);
});

Deno.test("a worker has its reflector, a reflector listens to all addresses of both families in halves", () => {
  const env: Record<string, string> = { KATHARA_MASTER_SERVICE_HOST: "10.0.0.1", BGP_AS: "7" };
  const settings = readSettings({}, (name) => env[name], "worker");
  const worker = modelFrr("worker", "10.0.0.2", settings);
  assert.ok(worker.role === "worker");
  assert.deepEqual([worker.as, worker.routerId, worker.reflector], [7, "10.0.0.2", "10.0.0.1"]);
  const reflector = modelFrr("route-reflector", "10.0.0.1", settings);
  assert.ok(reflector.role === "route-reflector");
  assert.deepEqual(reflector.listenRanges, ["0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"]);
});
