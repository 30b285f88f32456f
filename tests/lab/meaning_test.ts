// Labs as their authors mean them: what Quagga and BIND took then works, or an error names it.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { makeFolder } from "../fixture/folder.ts";
import { runLab, testLab } from "./lab_fixture.ts";

const DAEMONS = "zebra=yes\nbgpd=yes\nospf6d=yes\n";

testLab(
  "Quagga's words that FRR lost are translated, and what it refuses is named",
  async (name) => {
    await using lab = await makeFolder({
      "lab.conf": "r1[0]=A\nr2[0]=A\nr1[1]=B\nr2[1]=B\nr1[ipv6]=true\nr2[ipv6]=true\n",
      "r1.startup":
        "ip address add 10.0.0.1/24 dev eth0\nip address add 192.0.2.1/24 dev lo\n/etc/init.d/quagga start\n",
      "r2.startup": "ip address add 10.0.0.2/24 dev eth0\nsystemctl start zebra\n",
      "r1/etc/quagga/daemons": DAEMONS,
      "r1/etc/quagga/zebra.conf":
        "hostname zebra\npassword zebra\nip route 198.51.100.0/24 10.0.0.2\n",
      "r1/etc/quagga/bgpd.conf": [
        "hostname bgpd",
        "debug bgp events",
        "router bgp 1",
        " network 192.0.2.0/24",
        " network 203.0.113.0/24",
        " network 198.51.100.0/24",
        " neighbor 10.0.0.2 remote-as 2",
        " neighbor 10.0.0.2 timers connect 2",
        " neighbor 10.0.0.2 send-community",
        " neighbor 10.0.0.2 route-map colour out",
        "ip prefix-list mine permit 192.0.2.0/24",
        "route-map colour permit 10",
        " match ip address prefix-list mine",
        " set community 1:7",
        "route-map colour permit 20",
        "",
      ].join("\n"),
      "r2/etc/zebra/daemons": DAEMONS,
      "r2/etc/zebra/bgpd.conf": [
        "router bgp 2",
        " redistribute no-such-protocol",
        " neighbor 10.0.0.1 remote-as 1",
        " neighbor 10.0.0.1 timers connect 2",
        " neighbor 10.0.0.1 filter-list from-one in",
        " neighbor 10.0.0.1 route-map coloured in",
        "ip as-path access-list from-one permit ^1$",
        "ip community-list standard seven permit 1:7",
        "route-map coloured permit 10",
        " match community seven",
        "",
      ].join("\n"),
      "r1/etc/quagga/ospf6d.conf":
        "interface eth1\n ipv6 ospf6 hello-interval 1\n ipv6 ospf6 dead-interval 4\nrouter ospf6\n router-id 255.1.1.1\n interface eth1 area 0.0.0.0\n",
      "r2/etc/zebra/ospf6d.conf":
        "interface eth1\nipv6 ospf6 hello-interval 1\nipv6 ospf6 dead-interval 4\nrouter ospf6\nrouter-id 255.1.1.2\ninterface eth1 area 0.0.0.0\n",
      "lab.check": [
        "r2 90 ip route show proto bgp | grep -q 192.0.2.0/24",
        "r2 90 vtysh -c 'show bgp ipv4 unicast 192.0.2.0/24' | grep -q 'Community: 1:7'",
        // This one is announced, but without the community.
        "r2 5 ! ip route show proto bgp | grep -q 203.0.113.0/24",
        "r1 90 ip route show 198.51.100.0/24 | grep -q 10.0.0.2",
        "r1 90 vtysh -c 'show ipv6 ospf6 neighbor' | grep -q '255.1.1.2.*Full'",
        "",
      ].join("\n"),
    });
    const done = await runLab(name, lab.dir, "--nodes", "1");
    assert.equal(done.reason, "success", describe(done) + done.stdout);
    assert.match(
      done.stderr,
      /r2: \/etc\/zebra\/bgpd\.conf:2: FRR does not take it: redistribute no-such-protocol$/m,
    );
    assert.equal(done.stderr.match(/FRR does not take it/g)?.length, 1, done.stderr);
  },
);

testLab(
  "a named.conf without a directory starts; a service that does not is followed by why",
  async (name) => {
    const zone =
      "$TTL 60\n@ IN SOA dns.lab. root.lab. 1 60 60 60 60\n@ IN NS dns.lab.\ndns IN A 10.0.0.1\n";
    await using lab = await makeFolder({
      "lab.conf": "dns[0]=A\nold[0]=A\nbroken[0]=A\nssh[0]=A\n",
      "ssh.startup": "systemctl start ssh\n",
      "dns.startup": "ip address add 10.0.0.1/24 dev eth0\nsystemctl start named\n",
      "dns/etc/bind/named.conf": 'zone "lab" { type master; file "/etc/bind/db.lab"; };\n',
      "dns/etc/bind/db.lab": zone,
      "old.startup": "ip address add 10.0.0.2/24 dev eth0\n/etc/init.d/bind start\n",
      "old/etc/bind/named.conf":
        'options {\n  allow-recursion { any; };\n  dnssec-enable no;\n};\nzone "lab" { type master; file "/etc/bind/db.lab"; };\n',
      "old/etc/bind/db.lab": zone,
      "broken.startup": "ip address add 10.0.0.3/24 dev eth0\nservice bind9 start\n",
      "broken/etc/bind/named.conf": 'zone "lab" { type master; fill "/etc/bind/db.lab"; };\n',
      "lab.check": [
        "dns 20 dig +short @10.0.0.1 dns.lab | grep -qx 10.0.0.1",
        "old 20 dig +short @10.0.0.2 dns.lab | grep -qx 10.0.0.1",
        "ssh 20 ssh-keyscan 127.0.0.1 2>/dev/null | grep -q ssh-ed25519",
        "",
      ].join("\n"),
    });
    const done = await runLab(name, lab.dir, "--nodes", "1", "--install");
    assert.equal(done.reason, "success", describe(done) + done.stdout);
    assert.match(done.stderr, /old: left out: .*dnssec-enable.* no longer exists/);
    assert.match(done.stderr, /broken: .*failed!/);
    assert.match(done.stderr, /broken: bind9: \/etc\/bind\/named\.conf:1: unknown option 'fill'/);
    assert.match(done.stdout, /1 startup with errors: broken$/m);
  },
);

testLab(
  "links in a device's folder are what they lead to, and files are in /hostlab/NAME too",
  async (name) => {
    await using lab = await makeFolder({
      "lab.conf": "pc1[0]=A\nquagga1[0]=A\n",
      "pc1/etc/own": "own\n",
      "quagga1/etc/motd": "of the other\n",
      "quagga1/etc/dir/file": "in a folder\n",
      "common/script!": "#!/bin/sh\necho common\n",
      "lab.check": [
        'pc1 5 test "$(cat /etc/motd)" = "of the other" && test "$(cat /etc/dir/file)" = "in a folder"',
        "pc1 5 test ! -L /etc/motd && test ! -L /etc/dir && test $(common-script) = common",
        "pc1 5 test -L /etc/inside && test -L /etc/nowhere",
        'pc1 5 test "$(cat /hostlab/pc1/etc/own)" = own && test -f /hostlab/pc1/etc/motd',
        "quagga1 5 id quagga && touch /etc/quagga/x && chown quagga:quagga /etc/quagga/x && test -d /var/log/quagga",
        "",
      ].join("\n"),
    });
    await Deno.mkdir(`${lab.dir}/pc1/usr/local/bin`, { recursive: true });
    await Deno.symlink("../../quagga1/etc/motd", `${lab.dir}/pc1/etc/motd`);
    await Deno.symlink(`${lab.dir}/quagga1/etc/dir`, `${lab.dir}/pc1/etc/dir`);
    await Deno.symlink("../../../../common/script", `${lab.dir}/pc1/usr/local/bin/common-script`);
    await Deno.symlink("/run/no-such-file-of-this-machine", `${lab.dir}/pc1/etc/nowhere`);
    await Deno.symlink("../run/inside", `${lab.dir}/pc1/etc/inside`);
    const done = await runLab(name, lab.dir, "--nodes", "1");
    assert.equal(done.reason, "success", describe(done) + done.stdout);

    await Deno.symlink("/etc/passwd", `${lab.dir}/pc1/etc/theirs`);
    const refused = await runLab(name, lab.dir);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /^Cannot read the lab: pc1\/etc\/theirs is a link to \/etc\/passwd, which is outside of the lab$/m,
    );
  },
);

testLab(
  "a DHCP server serves its subnets without any settings of the init script",
  async (name) => {
    await using lab = await makeFolder({
      "lab.conf": "server[0]=A\nserver[1]=B\nclient[0]=A\n",
      "server.startup":
        "ip address add 10.0.0.1/24 dev eth0\nip address add 10.0.1.1/24 dev eth1\nsystemctl start isc-dhcp-server\n",
      "server/etc/dhcp/dhcpd.conf":
        "subnet 10.0.0.0 netmask 255.255.255.0 {\n  range 10.0.0.100 10.0.0.100;\n}\n",
      "client.startup": "dhclient eth0\n",
      "lab.check": "client 60 ip -br address show dev eth0 | grep -q 10.0.0.100/24\n",
    });
    const done = await runLab(name, lab.dir, "--nodes", "1", "--install");
    assert.equal(done.reason, "success", describe(done) + done.stdout);
    assert.match(done.stderr, /server: Launching IPv4 server only\./);
    assert.doesNotMatch(done.stdout, /startup with errors/);
  },
);
