// The underlay's addresses and the commands that wire it.
import assert from "node:assert/strict";
import { listWorkers, MAX_WORKERS, planNode, planSwitch } from "./underlay.ts";

Deno.test("workers have distinct addresses that are host addresses of the underlay", () => {
  const workers = listWorkers(MAX_WORKERS);
  assert.deepEqual(workers[0], { name: "n1", address: "10.99.0.11" });
  assert.deepEqual(workers.at(-1), { name: "n200", address: "10.99.0.210" });
});

Deno.test("every node's eth0 is born in its namespace, the other end a port of the switch", () => {
  assert.deepEqual(planSwitch([{ name: "n1", pid: 42, startTime: "1" }]), [
    "link add name br0 type bridge",
    "link set dev br0 up",
    "link add name n1 mtu 1550 master br0 up type veth peer name eth0 mtu 1550 netns /proc/42/ns/net",
  ]);
  assert.equal(planNode("10.99.0.11")[0], "address add 10.99.0.11/24 dev eth0");
});
