// What the monitor's lines say, as iproute2 6.1 writes them.
import assert from "node:assert/strict";
import { parseHeard } from "./heard_link.ts";

const PORT = "4: mgabc@if3: <BROADCAST,UP> mtu 1500 qdisc noqueue master kt-a-b state UP group " +
  "default \\    link/ether 3e:c2:0d:68:ab:94 brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 1 " +
  "\\    veth \\    bridge_slave state disabled priority 32 cost 2 gro_max_size 65536 ";
const ALIAS = "megalos,vni=10,suffix=b,name=a,if=eth1,mac=02:00:00:00:00:01,pod=default/pc1";

Deno.test("a line says index, name, carrier, bridge and alias", () => {
  const port = { ifindex: 4, ifname: "mgabc", master: "kt-a-b" };
  assert.deepEqual(parseHeard(PORT), port);
  assert.deepEqual(parseHeard(`${PORT}\\    alias ${ALIAS}`), { ...port, alias: ALIAS });
  assert.deepEqual(parseHeard(`${PORT}\\    alias ${ALIAS} \\    altname alias`), {
    ...{ ...port, alias: ALIAS },
  });
  const up = PORT.replace("<BROADCAST,UP>", "<BROADCAST,UP,LOWER_UP>");
  assert.deepEqual(parseHeard(up), { ...port, carrier: true });
  assert.deepEqual(parseHeard("2: kt-net1-ntwork: <BROADCAST> mtu 1450"), {
    ...{ ifindex: 2, ifname: "kt-net1-ntwork" },
  });
});

Deno.test("an alias that tells of a bridge makes none", () => {
  const line = "5: mgx@if2: <UP> mtu 1 state UP \\    link/ether a\\    alias x master kt-a-b y";
  assert.deepEqual(parseHeard(line), {
    ...{ ifindex: 5, ifname: "mgx", alias: "x master kt-a-b y" },
  });
});

Deno.test("what is deleted, and what is no device, is not heard", () => {
  for (const line of ["Deleted 2: kt-net1-ntwork: <BROADCAST> mtu 1450", "", "nonsense"]) {
    assert.equal(parseHeard(line), undefined);
  }
});
