// A device of the embedded lab is to its lab what a device of Kathara is.
import assert from "node:assert/strict";
import { makeFolder } from "../fixture/folder.ts";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { runLab, testLab } from "./lab_fixture.ts";

/** Lines of lab.check for one device. */
function expect(device: string, commands: readonly string[], seconds = 5): string {
  return commands.map((command) => `${device} ${seconds} ${command}\n`).join("");
}

testLab(
  "a device has its own name, files, processes, and the MAC and sysctls of its lab",
  async (name) => {
    await using lab = await makeFolder({
      "lab.conf":
        'pc_1[0]="A/02:00:00:00:00:2a"\r\npc_1[1]="B"\r\npc_1[image]="kathara/base"\r\nPC-2[0]="A"\r\n',
      "pc_1/etc/motd": "from the lab\r\n",
      "pc_1/etc/two.bin": "\0\r\n",
      "pc_1/bin/lab-tool!": "#!/bin/sh\r\necho tool\r\n",
      "pc_1.startup":
        "echo one; no-such-program\r\nfalse\r\nsleep 600 &\r\nip address add 10.0.0.1/24 dev eth0\r\n",
      "lab.check": expect("pc_1", [
        'test "$(hostname)-$(cat /etc/hostname)" = pc_1-pc_1 && grep -q "127.0.1.1 pc_1" /etc/hosts',
        'test "$(cat /etc/motd)" = "from the lab" && test $(stat -c %s /etc/two.bin) = 3',
        'test "$(lab-tool)" = tool && test -L /bin && test "$(stat -c %u:%a /bin/lab-tool)" = 0:755',
        'test "$(cat /proc/1/comm)" = tini && test $(ps -e | grep -c tini) = 1',
        'test "$(cat /sys/class/net/eth0/address)" = 02:00:00:00:00:2a && test -e /sys/class/net/eth1',
        "test $(sysctl -n net.ipv6.conf.all.disable_ipv6 net.ipv4.ip_forward | tr -d '\\n') = 11",
        'test -z "$(ls -A /tmp /var/tmp | grep :.)" && touch /tmp/x /etc/x && test $(stat -c %a /tmp) = 1777',
        "echo x >/dev/null && test -c /dev/net/tun && test -d /dev/shm && test -e /dev/fd/0",
        'test ! -e /run/megalos && test ! -e /mnt/proc && test -z "$(find /var/log -name dpkg.log)"',
        "systemctl status no-such-thing; test $? = 5",
      ]),
    });
    const done = await runLab(name, lab.dir, "--nodes", "1");
    assert.equal(done.reason, "success", describe(done) + done.stdout);
    assert.match(done.stderr, /Note: image is ignored/);
    assert.match(done.stderr, /not installed: no-such-program \(no Debian package known; pc_1\)/);
    assert.match(done.stderr, /pc_1: one\n/);
    assert.match(
      done.stderr,
      /pc_1: \/hostlab\/pc_1\.startup: line 1: no-such-program: command not found/,
    );
    assert.match(done.stderr, /pc_1: \/hostlab\/pc_1\.startup: line 2: false: ended with 1/);
  },
);

testLab("options, shared scripts, dependencies and shutdown scripts are honoured", async (name) => {
  await using lab = await makeFolder({
    "lab.conf": [
      "pc1[0]=A",
      "pc1[env]='GREETING=hello you'",
      "pc1[sysctl]=net.ipv4.conf.eth0.rp_filter=2",
      "pc1[sysctl]=net.ipv4.ip_forward=0",
      "pc1[ulimit]=nofile=64:128",
      'pc1[exec]="echo $GREETING > /tmp/exec"',
      "pc2[0]=A",
      "pc2[ipv6]=true",
      "pc2[port]=80:80",
    ].join("\n"),
    "lab.dep": "pc1: pc2\n",
    "shared.startup": "echo shared $HOSTNAME >> /shared/order\n",
    "shared.shutdown": "echo shared bye $HOSTNAME >> /shared/order\n",
    "pc1.startup": "cat /shared/order\necho own $HOSTNAME >> /shared/order\n",
    "pc1.shutdown": "echo own bye $HOSTNAME >> /shared/order\n",
    "pc2.startup": "sleep 1\necho own $HOSTNAME >> /shared/order\n",
    "shared/order": "",
    "lab.check": expect("pc1", [
      'test "$(cat /tmp/exec)" = "hello you" && test -e /tmp/EOS',
      "test $(sysctl -n net.ipv4.conf.eth0.rp_filter net.ipv4.ip_forward | tr -d '\\n') = 20",
      "test $(ulimit -Sn):$(ulimit -Hn) = 64:128",
    ]) + expect("pc2", [
      "test $(sysctl -n net.ipv6.conf.eth0.disable_ipv6 net.ipv6.conf.all.forwarding | tr -d '\\n') = 01",
      "ip -6 address show dev eth0 scope link | grep -q fe80",
    ]),
  });
  const done = await runLab(name, lab.dir);
  assert.equal(done.reason, "success", describe(done) + done.stdout);
  assert.match(done.stderr, /without effect here: port \(pc2\)/);
  assert.match(done.stderr, /pc1: own pc2\n/);
  const order = (await Deno.readTextFile(`${lab.dir}/shared/order`)).trimEnd().split("\n");
  assert.deepEqual(order.slice(0, 4), ["shared pc2", "own pc2", "shared pc1", "own pc1"]);
  assert.deepEqual(order.slice(4).filter((line) => line.endsWith("pc1")), [
    "own bye pc1",
    "shared bye pc1",
  ]);
});

testLab("a lab for Quagga runs on FRR, however it starts it", async (name) => {
  const router = (as: number, neighbor: string, other: number, dir: string) => ({
    [`${dir}/daemons`]: "zebra=yes\nbgpd=yes\nripd=no\n",
    [`${dir}/zebra.conf`]: "hostname zebra\npassword zebra\n",
    [`${dir}/bgpd.conf`]: `router bgp ${as}\nneighbor ${neighbor} remote-as ${other}\n` +
      `neighbor ${neighbor} timers connect 2\nnetwork 192.0.2.${as}/32\n!\nlog file /var/log/zebra/bgpd.log\n`,
  });
  await using lab = await makeFolder({
    "lab.conf": "r1[0]=A\nr2[0]=A\n",
    "r1.startup": "ip address add 10.0.0.1/24 dev eth0\nsystemctl start quagga\n",
    "r2.startup": "ip address add 10.0.0.2/24 dev eth0\n/etc/init.d/zebra start\n",
    ...router(1, "10.0.0.2", 2, "r1/etc/quagga"),
    ...router(2, "10.0.0.1", 1, "r2/etc/zebra"),
    "lab.check": expect("r1", [
      "ip route show 192.0.2.2 proto bgp | grep -q .",
      "test -s /var/log/zebra/bgpd.log",
    ], 60) +
      expect(
        "r2",
        ["ip route show 192.0.2.1 proto bgp | grep -q .", "systemctl is-active quagga"],
        60,
      ),
  });
  const done = await runLab(name, lab.dir);
  assert.equal(done.reason, "success", describe(done) + done.stdout);
});

testLab("daemons of FRR that take longer than watchfrr waits for are started", async (name) => {
  await using lab = await makeFolder({
    "lab.conf": "r1[0]=A\n",
    "r1.startup": "systemctl start frr\n",
    "r1/usr/bin/slowly!": '#!/bin/sh\nsleep 2\nexec "$@"\n',
    "r1/etc/frr/daemons":
      'ospfd=yes\nall_wrap=/usr/bin/slowly\nwatchfrr_options="--restart-timeout=1"\n',
    "r1/etc/frr/frr.conf": "router ospf\n ospf router-id 10.9.9.9\n",
    "lab.check": expect("r1", [
      "vtysh -c 'show running-config' | grep -q 'ospf router-id 10.9.9.9'",
      "vtysh -c 'show watchfrr' | grep -q 'ospfd *Up'",
    ], 40),
  });
  const done = await runLab(name, lab.dir, "--nodes", "1");
  assert.equal(done.reason, "success", describe(done) + done.stdout);
});

testLab(
  "what `write memory` saves in a router is there after FRR has started anew",
  async (name) => {
    await using lab = await makeFolder({
      "lab.conf": "r1[0]=A\n",
      "r1.startup": "systemctl start frr\n",
      "r1/etc/frr/daemons": "ospfd=yes\n",
      "r1/etc/frr/frr.conf": "hostname r1\n",
      "lab.check": expect("r1", ["vtysh -c 'show daemons' | grep -q ospfd"], 60),
    });
    const up = await runLab(name, lab.dir, "--nodes", "1", "--keep");
    assert.equal(up.reason, "success", describe(up) + up.stdout);
    const words = ["configure terminal", "router ospf", "ospf router-id 10.9.9.9", "end"];
    const commands = [...words, "write memory"].flatMap((word) => ["-c", word]);
    const written = await runLab(name, "exec", "r1", "vtysh", ...commands);
    assert.match(written.stdout, /Integrated configuration saved to \/etc\/frr\/frr\.conf/);
    const shown =
      "systemctl restart frr >/dev/null; for i in $(seq 60); do vtysh -c 'show running-config' | grep -q 'ospf router-id 10.9.9.9' && exit; sleep 1; done; exit 1";
    const again = await runLab(name, "exec", "r1", "bash", "-c", shown);
    assert.equal(again.code, 0, describe(again));
    // The file goes back into the lab's folder, too.
    assert.match((await runLab(name, "save")).stdout, /^r1\/etc\/frr\/frr\.conf$/m);
    assert.match(
      await Deno.readTextFile(`${lab.dir}/r1/etc/frr/frr.conf`),
      /^ ospf router-id 10\.9\.9\.9$/m,
    );
    await runLab(name, "down");
  },
);

testLab("what packages have in /opt of the machine is in devices, too", async (name) => {
  const own = `megalos-${name}`;
  await using folder = await makeFolder({
    "deb/DEBIAN/control":
      `Package: ${own}\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n`,
    [`deb/opt/${own}/bin/tool!`]: "#!/bin/sh\necho of the package\n",
    "lab.conf": "pc1[0]=A\n",
    "lab.check": expect("pc1", [
      `test "$(/opt/${own}/bin/tool)" = "of the package" && touch /opt/${own}/mine`,
    ]),
  });
  const archive = `${folder.dir}/${own}.deb`;
  const script = `dpkg-deb --build "$1/deb" "$2" && dpkg --install "$2"`;
  const done = await run({ argv: ["sh", "-c", script, "sh", folder.dir, archive] });
  assert.equal(done.reason, "success", describe(done));
  try {
    const up = await runLab(name, folder.dir, "--nodes", "1");
    assert.equal(up.reason, "success", describe(up) + up.stdout);
    await assert.rejects(Deno.stat(`/opt/${own}/mine`), Deno.errors.NotFound);
  } finally {
    await run({ argv: ["dpkg", "--purge", own] });
  }
});
