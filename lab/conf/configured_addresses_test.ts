// Addresses are found wherever a device's files give them.
import assert from "node:assert/strict";
import { makeFolder } from "../../tests/fixture/folder.ts";
import { readConfiguredAddresses } from "./configured_addresses.ts";
import { readLab } from "./read_lab.ts";

Deno.test("addresses are read from startups, /etc/network/interfaces and routing daemons", async () => {
  await using lab = await makeFolder({
    "lab.conf": "pc1[0]=A\npc2[0]=A\npc3[0]=A\nr1[0]=A\npc4[0]=A\n",
    "pc1.startup":
      "ip address add 10.0.0.1/24 dev eth0\n/sbin/ip -6 a add dev eth0 2001:db8::1/64\nip route add 10.1.0.0/16 via 10.0.0.9\n",
    "pc2.startup":
      "ifconfig eth0 10.0.0.2/24 up\nifconfig eth1 10.1.0.2 netmask 255.255.252.0 up\n",
    "pc3/etc/network/interfaces":
      "auto eth0\niface eth0 inet static\n  address 10.0.0.3\n  netmask 255.255.255.0\niface eth1 inet dhcp\n",
    "r1/etc/frr/frr.conf":
      "interface eth0\n ip address 10.0.0.4/24\n!\nrouter ospf\n network 10.0.0.0/24 area 0\n",
    "r1/etc/quagga/zebra.conf": "hostname r1\ninterface eth1\nip address 10.1.0.4/24\n",
  });
  const found = await readConfiguredAddresses(await readLab(lab.dir));
  const flat = Object.fromEntries(
    [...found].map(([device, own]) => [device, Object.fromEntries(own)]),
  );
  assert.deepEqual(flat, {
    pc1: { eth0: ["10.0.0.1/24", "2001:db8::1/64"] },
    pc2: { eth0: ["10.0.0.2/24"], eth1: ["10.1.0.2/22"] },
    pc3: { eth0: ["10.0.0.3/24"] },
    r1: { eth0: ["10.0.0.4/24"], eth1: ["10.1.0.4/24"] },
    pc4: {},
  });
});
