// The nodes' own LAN where mending does not help: it is tried once, and the reason stays told.
import assert from "node:assert/strict";
import type { Link } from "../../shared/iproute2/link.ts";
import type { Kernel } from "../../shared/iproute2/kernel.ts";
import type { NodeFacts } from "../../shared/lan/node_facts.ts";
import { systemHost } from "../../shared/system_host.ts";
import { Beacon } from "./beacon.ts";

const FACTS: NodeFacts = {
  v: 1,
  vtep: "10.99.0.11",
  mtu: 1500,
  vxlanPort: 4789,
  nodeNetns: "net:[1]",
};

Deno.test("what stays wrong after mending is not mended again and again", async () => {
  let links: Link[] = [];
  let applied = 0;
  const kernel: Kernel = {
    enter: () => Promise.resolve(),
    show: () => Promise.resolve(links),
    find: () => Promise.reject(new Error("it is not asked")),
    apply: () => Promise.resolve(void applied++),
    close: () => Promise.resolve(),
  };
  const told: unknown[] = [];
  let now = 5_000;
  const beacon = new Beacon(
    ...[FACTS, (one: unknown) => void told.push(one), systemHost()] as const,
    ...[(work: (kernel: Kernel) => Promise<void>) => work(kernel), () => now] as const,
  );
  const look = async () => {
    applied = 0;
    await assert.rejects(beacon.look(), /its bridge is gone.* its VXLAN device is (gone|down)/);
    return applied;
  };
  assert.ok(await look() > 0);
  assert.equal(await look(), 0);
  // Something else is wrong now.
  links = [link("nodes-~vtep")];
  assert.ok(await look() > 0);
  now += 59_999;
  assert.equal(await look(), 0);
  // Whoever was in the way may have gone.
  now += 1;
  assert.ok(await look() > 0);
  assert.equal(await look(), 0);
  assert.deepEqual(told, []);
});

function link(ifname: string): Link {
  return { ifindex: 2, ifname, mtu: 1450, up: false, altnames: [], group: 0, mac: "" };
}
