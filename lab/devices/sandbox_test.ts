// The kernel's settings of a device are Kathara's, and the device's own settings replace those.
import assert from "node:assert/strict";
import { planSysctls, splitSysctls } from "./sandbox.ts";

Deno.test("a device forwards, and has IPv6 only where it is asked for; its own settings win", () => {
  const without = planSysctls(false, { "net.ipv4.ip_forward": "0" });
  assert.equal(without["net.ipv4.ip_forward"], "0");
  assert.equal(without["net.ipv6.conf.all.disable_ipv6"], "1");
  const having = planSysctls(true, {});
  assert.equal(having["net.ipv4.ip_forward"], "1");
  assert.equal(having["net.ipv6.conf.all.disable_ipv6"], "0");
  assert.equal(having["net.ipv6.conf.all.forwarding"], "1");
});

Deno.test("what is set on an interface waits for it", () => {
  const sysctls = {
    "net.ipv4.conf.all.rp_filter": "0",
    "net.ipv4.conf.eth1.rp_filter": "1",
    "net.ipv6.neigh.eth0.proxy_delay": "2",
    "net.mpls.conf.eth0.input": "1",
    "net.mpls.platform_labels": "100",
  };
  assert.deepEqual(splitSysctls(sysctls), {
    early: { "net.ipv4.conf.all.rp_filter": "0", "net.mpls.platform_labels": "100" },
    late: {
      "net.ipv4.conf.eth1.rp_filter": "1",
      "net.ipv6.neigh.eth0.proxy_delay": "2",
      "net.mpls.conf.eth0.input": "1",
    },
  });
});
