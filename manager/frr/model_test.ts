// The model of FRR: what of the settings it takes, and router IDs.
import assert from "node:assert/strict";
import fc from "fast-check";
import { limitSessions, modelFrr } from "./model.ts";
import { renderFrr } from "./render.ts";
import { toRouterId } from "./router_id.ts";

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
  const settings = {
    as: 7,
    bgpPassword: "secret",
    ttlSecurity: 0,
    nodeNetworks: ["0.0.0.0/0", "::/0"],
    frrMemory: 1024,
  };
  const worker = modelFrr({ ...settings, role: "worker" }, "10.0.0.2", {
    reflectors: ["10.0.0.1", "10.0.0.3"],
  });
  assert.ok(worker.role === "worker");
  assert.deepEqual([worker.as, worker.routerId, worker.password], [7, "10.0.0.2", "secret"]);
  assert.equal(worker.source, "10.0.0.2");
  assert.deepEqual(worker.reflectors, ["10.0.0.1", "10.0.0.3"]);
  const reflector = modelFrr({ ...settings, role: "route-reflector" }, "10.0.0.1", {});
  assert.ok(reflector.role === "route-reflector");
  assert.deepEqual([reflector.as, reflector.password], [7, "secret"]);
  assert.deepEqual(reflector.listenRanges, ["0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"]);
  const nodeNetworks = ["10.0.0.0/8", "fd00::/64"];
  const limited = modelFrr({ ...settings, nodeNetworks, role: "route-reflector" }, "10.0.0.1", {});
  assert.ok(limited.role === "route-reflector");
  assert.deepEqual(limited.listenRanges, nodeNetworks);
});

Deno.test("a reflector takes as many sessions as fit half of FRR's memory", () => {
  assert.deepEqual([64, 1024, 4096, 1_048_576].map(limitSessions), [29, 476, 1906, 65_535]);
});

Deno.test("where FRR can count routes, it is told how many a client may have", () => {
  const settings = {
    ...{ as: 7, bgpPassword: undefined, ttlSecurity: 0, nodeNetworks: [], frrMemory: 64 },
  };
  const render = (mostRoutes: number | undefined) =>
    renderFrr(modelFrr({ ...settings, role: "route-reflector" }, "10.0.0.1", { mostRoutes }));
  assert.match(render(9), /^ {2}neighbor workers maximum-prefix 9$/m);
  assert.doesNotMatch(render(undefined), /maximum-prefix/);
});

Deno.test("a worker refuses nodes by either family, and takes what is not of them", () => {
  const settings = {
    ...{ as: 7, bgpPassword: undefined, ttlSecurity: 0, nodeNetworks: [], frrMemory: 64 },
  };
  const refused = [{ vtep: "fd00::3", place: 2 }, { vtep: "10.0.0.3", place: 0 }];
  const text = renderFrr(modelFrr({ ...settings, role: "worker" }, "10.0.0.2", { refused }));
  const [, entries = ""] = /extcommunity several-lans\nexit\n([^!]*)!/.exec(text) ?? [];
  assert.deepEqual(entries.trimEnd().split("\n"), [
    ...["route-map reflectors deny 11", " match ip next-hop address 10.0.0.3", "exit"],
    ...["route-map reflectors deny 13", " match ipv6 next-hop address fd00::3", "exit"],
    ...["route-map reflectors permit 65535", "exit"],
  ]);
});

Deno.test("both roles are told how many hops a packet may have made, where anybody counts", () => {
  const settings = { as: 7, bgpPassword: undefined, nodeNetworks: [], frrMemory: 64 };
  for (const [role, group] of [["worker", "reflectors"], ["route-reflector", "workers"]] as const) {
    const render = (ttlSecurity: number) =>
      renderFrr(modelFrr({ ...settings, role, ttlSecurity }, "10.0.0.1", {}));
    assert.match(render(2), new RegExp(`^ neighbor ${group} ttl-security hops 2$`, "m"));
    assert.doesNotMatch(render(0), /ttl-security/);
  }
});
