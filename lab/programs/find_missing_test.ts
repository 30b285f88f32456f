// Missing programs that startups want are found, and are named with their packages.
import assert from "node:assert/strict";
import { CHECKOUT } from "../installation/checkout.ts";
import { readScripts } from "./read_scripts.ts";
import { readLab } from "../conf/read_lab.ts";
import { makeFolder } from "../../tests/fixture/folder.ts";
import { findPackage } from "./debian_packages.ts";
import { describeMissing, findMissing, listPrograms } from "./find_missing.ts";

Deno.test("the programs of a script are its commands and its services, without bash's own", () => {
  const script = `
    cd /; ip link set eth0 up; X=1; say() { ping x; }; say
    systemctl start bind9 radvd.service; service frr restart; /etc/init.d/apache2 start
    ./local; "$DYNAMIC"; exec /usr/sbin/dhcpd -q
  `;
  assert.deepEqual([...listPrograms(script)], [
    "ip",
    "ping",
    "/etc/init.d/named",
    "/etc/init.d/radvd",
    "/etc/init.d/frr",
    "/etc/init.d/apache2",
    "/usr/sbin/dhcpd",
  ]);
});

Deno.test("a service may have the name of what every object has", () => {
  const script = "service constructor start; systemctl start __proto__ toString.service";
  assert.deepEqual(
    [...listPrograms(script)],
    ["constructor", "__proto__", "toString"].map((name) => `/etc/init.d/${name}`),
  );
});

Deno.test("missing programs are told once, each with its package and devices; a device's own files count", async () => {
  await using folder = await makeFolder({
    "lab.conf": 'a[0]=A\nb[0]=A\nb[exec]="no-such-three"\n',
    "shared.startup": "no-such-one\n",
    "a.startup": "ls; own-tool; no-such-two\n",
    "a/usr/bin/own-tool!": "",
    "b.startup": "own-tool\n",
  });
  const missing = await findMissing(await readLab(folder.dir), CHECKOUT.skeleton);
  const none = "no Debian package known";
  assert.equal(
    describeMissing(missing),
    "programs that startups use and that are not installed: " +
      `no-such-one (${none}; a, b), no-such-two (${none}; a), own-tool (${none}; b), no-such-three (${none}; b)`,
  );
  assert.equal(describeMissing([]), undefined);
});

Deno.test("packages are found by a program's name and path, and by an init script", () => {
  assert.equal(findPackage("brctl"), "bridge-utils");
  assert.equal(findPackage("/sbin/brctl"), "bridge-utils");
  assert.equal(findPackage("/etc/init.d/named"), "bind9");
  assert.equal(findPackage("simple_switch"), undefined);
});

Deno.test("scripts that a startup calls are read too, and DHCP's client counts", async () => {
  await using folder = await makeFolder({
    "lab.conf": "a[0]=A\nb[0]=A\n",
    "a.startup": "/root/go.sh\n/shared/direct.sh\nbash -x /shared/more.sh\n. /hostlab/lib\n",
    "a/root/go.sh!": "#!/bin/bash\nno-such-one\n/root/deep.sh\n",
    "a/root/deep.sh!": "#!/bin/sh\nno-such-two\n/root/go.sh\n",
    "a/root/other": "no-such-nothing\n",
    "shared/more.sh": "no-such-three\n/usr/local/bin/tool\n",
    "a/usr/local/bin/tool!": "#!/usr/bin/env no-such-four\nno-such-nothing\n",
    "shared/direct.sh!": "echo\n",
    "lib": "no-such-five\n",
    "b/etc/network/interfaces": "auto eth0\niface eth0 inet dhcp\n",
    "lab.check": "b 5 no-such-six\n",
  });
  const missing = await findMissing(await readLab(folder.dir), "/nosuch");
  const names = missing.map(({ program }) => program).filter((name) => name !== "dhclient").sort();
  assert.deepEqual(names, [
    ...["no-such-five", "no-such-four", "no-such-one", "no-such-six", "no-such-three"],
    "no-such-two",
  ]);
  const lab = await readLab(folder.dir);
  assert.match(await readScripts(lab, lab.devices[1]!), /^dhclient$/m);
});
