// `manager install`: what it makes on a node, and that it changes nothing that is right.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { type Node, PROGRAMS, startNode } from "../fixture/cluster.ts";
import { CNI_BIN_DIR, MANAGER } from "../fixture/manager.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { LANS } from "../fixture/bare_node.ts";

const INSTALLED = [`${CNI_BIN_DIR}/megalos`, `${CNI_BIN_DIR}/megalos.bin`];
const LOCKS = "/run/megalos/lock";

testAsRoot(
  "install makes plugin, launcher, LAN namespace and locks; a second run leaves all as it is",
  async () => {
    await using node = await startNode("n1");
    const first = await install(node);
    assert.match(first, /LAN namespace \S+: made/);
    assert.match(first, /plugin in \/opt\/cni\/bin: installed, launcher installed/);
    await node.must("cmp", `${PROGRAMS}/megalos`, `${CNI_BIN_DIR}/megalos.bin`);
    assert.equal(await modes(node, ...INSTALLED), "755 755");
    assert.match(await node.must("head", "-n1", `${CNI_BIN_DIR}/megalos`), /^#!\/bin\/sh$/m);
    assert.equal(await modes(node, "/run/megalos", LOCKS), "700 700");
    const before = await state(node);
    // 256 locks are for LANs, one is for making the LAN namespace, and one for starting the binary.
    assert.equal(before.locks.length, 258);
    assert.ok(before.locks.every((line) => line.startsWith("600 ")), before.locks[0]);
    assert.equal(before.mounts, 1);

    const second = await install(node);
    assert.match(second, /LAN namespace \S+: verified/);
    assert.match(second, /plugin in \/opt\/cni\/bin: unchanged, launcher unchanged/);
    assert.deepEqual(await state(node), before);
  },
);

testAsRoot("the LAN namespace is a wire, and a wrong setting is mended", async () => {
  await using node = await startNode("n1");
  await install(node);
  const wanted = await sysctls(node);
  assert.equal(wanted["ipv6/conf/default/disable_ipv6"], "1");
  assert.equal(wanted["ipv4/conf/all/arp_ignore"], "8");
  assert.equal(wanted["ipv4/ip_forward"], "0");
  for (const [name, value] of Object.entries(wanted)) {
    // zebra must see an IPv6 VTEP address on lo.
    const isOff = /^bridge\/|^ipv6\/conf\/lo\/|arp_accept$|ip_forward$/.test(name);
    assert.equal(value, isOff ? "0" : name.endsWith("arp_ignore") ? "8" : "1", name);
  }
  for (const [name, value] of Object.entries(wanted)) {
    await inLans(node, `echo ${value === "1" ? 0 : 1} >/proc/sys/net/${name}`);
  }
  assert.match(await install(node), /LAN namespace \S+: verified/);
  assert.deepEqual(await sysctls(node), wanted);
});

testAsRoot(
  "a plugin and a launcher that differ are replaced by rename, and nothing is left beside them",
  async () => {
    await using node = await startNode("n1");
    await install(node);
    const before = await inodes(node, ...INSTALLED);
    await node.must("sh", "-c", 'for file; do echo "# older" >>"$file"; done', "sh", ...INSTALLED);
    assert.match(await install(node), /installed, launcher installed/);
    const after = await inodes(node, ...INSTALLED);
    assert.ok(after.every((inode, at) => inode !== before[at]), `${before} ${after}`);
    await node.must("cmp", `${PROGRAMS}/megalos`, `${CNI_BIN_DIR}/megalos.bin`);
    assert.equal(await node.must("ls", CNI_BIN_DIR), "megalos\nmegalos.bin\n");
  },
);

testAsRoot(
  "the folder of FRR's files is root's own, and a link in it is not followed",
  async () => {
    await using node = await startNode("n1");
    await node.must("sh", "-c", "chown frr /etc/frr && chmod 777 /etc/frr && echo mine >/run/mine");
    await node.must("ln", "-s", "/run/mine", "/etc/frr/megalos-start.new");
    await install(node);
    assert.equal(await node.must("stat", "-c", "%U %a", "/etc/frr"), "root 755\n");
    assert.equal(await node.must("cat", "/run/mine"), "mine\n");
    assert.equal(
      await node.must("stat", "-c", "%F %a", "/etc/frr/megalos-start"),
      "regular file 755\n",
    );
  },
);

testAsRoot("a file that a crash left at the namespace's path is no namespace", async () => {
  await using node = await startNode("n1");
  await node.must("mkdir", "-p", "/run/netns");
  await node.must("touch", LANS);
  assert.match(await install(node), /LAN namespace \S+: made/);
  assert.equal((await state(node)).mounts, 1);
});

testAsRoot("eight installs at once make one namespace and one mount", async () => {
  await using node = await startNode("n1");
  const logs = await Promise.all(Array.from({ length: 8 }, () => install(node)));
  assert.equal(logs.filter((log) => /LAN namespace \S+: made/.test(log)).length, 1);
  assert.equal((await state(node)).mounts, 1);
});

testAsRoot("an ip that lacks a word is named with it, before anything is changed", async () => {
  await using node = await startNode("n1");
  const before = await traces(node);
  await node.must("cp", "/usr/bin/ip", "/run/real-ip");
  await node.must("sh", "-c", "cat >/run/ip; chmod 755 /run/ip");
  await node.must("mount", "--bind", "/run/ip", "/usr/bin/ip");
  for (const word of LATE_WORDS) {
    await node.run(["sh", "-c", "cat >/run/ip"], { stdin: lacking(word) });
    const done = await node.run([MANAGER, "install"], { env: { CNI_BIN_DIR } });
    assert.equal(done.code, 1, `${word}: ${describe(done)}`);
    const said = /Cannot use ip \(iproute2-\S+\): it does not know "(.*)", which LANs need/;
    assert.equal(said.exec(done.stderr)?.[1], word, done.stderr);
  }
  // No word is to blame for the end of an ip that says nothing of words.
  for (const [ending, how] of ENDINGS) {
    await node.run(["sh", "-c", "cat >/run/ip"], { stdin: endingBy(ending) });
    const done = await node.run([MANAGER, "install"], { env: { CNI_BIN_DIR } });
    assert.equal(done.code, 1, `${ending}: ${describe(done)}`);
    const said = /Cannot use ip \(iproute2-\S+\): it ended when it was asked .* \(.* (.*)\)\n$/;
    assert.match(said.exec(done.stderr)?.[1] ?? done.stderr, how);
  }
  await node.must("umount", "/usr/bin/ip");
  await node.must("rm", "/run/ip", "/run/real-ip");
  assert.equal(await traces(node), before);
  await install(node);
});

/** How an `ip` ends, and what is said of it. */
const ENDINGS = [
  ["kill -KILL $$", /SIGKILL/],
  ["echo 'no memory' >&2; exit 1", /memory/],
] as const;

const endingBy = (ending: string) =>
  `#!/bin/sh
[ "$1" != -V ] || exec /run/real-ip -V
${ending}
`;

/** Words that an older iproute2 does not have, one for each place where such a word can stand. */
const LATE_WORDS = [
  "altname",
  "group_fwd_mask",
  "link-netns",
  "mcast_snooping",
  "neigh_suppress",
  "nolearning",
  "property",
];

/**
 * A program that runs the real `ip`, for which the word is another one. What reads its stdin holds
 * nothing else open: whoever waits for the end of what it says waits for `ip` alone.
 */
const lacking = (word: string) =>
  `#!/bin/bash
exec 3>&2
[ "$1" != -V ] || exec /run/real-ip -V
exec /run/real-ip "$@" < <(exec sed --unbuffered 's/\\b${word}\\b/x${word}/g' 2>&- 3>&-) 2> >(exec sed --unbuffered 's/\\bx${word}\\b/${word}/g' >&3)
`;

/** What install could change, and the node's devices. */
function traces(node: Node): Promise<string> {
  return node.must("sh", "-c", "find /run /opt /etc/frr | sort; ip -brief link");
}

testAsRoot("a reflector gets FRR's start files and neither plugin nor LAN namespace", async () => {
  await using node = await startNode("rr");
  const done = await node.run([MANAGER, "install", "route-reflector"]);
  assert.equal(done.reason, "success", describe(done));
  const files = (await node.must("ls", "/etc/frr")).trim().split("\n");
  assert.deepEqual(files, ["daemons", "megalos-confine", "megalos-start", "vtysh.conf"]);
  await node.must("sh", "-c", "test ! -e /run/megalos && test ! -e /run/netns");
  assert.equal(await node.must("ls", "/opt"), "");
});

/** Runs `manager install` as an init container does, and answers its log. */
async function install(node: Node): Promise<string> {
  const done = await node.run([MANAGER, "install"], { env: { CNI_BIN_DIR } });
  assert.equal(done.reason, "success", describe(done));
  return done.stderr;
}

/** All that a second run could touch. */
async function state(node: Node) {
  const [files, startFiles, netns, locks, mountinfo] = await Promise.all([
    inodes(node, ...INSTALLED),
    node.must("sh", "-c", "stat -c '%n %i %Y' /etc/frr/*"),
    node.must("stat", "--dereference", "--format=%i", LANS),
    node.must("sh", "-c", `stat -c '%a %n %i' ${LOCKS}/*`),
    node.must("cat", "/proc/self/mountinfo"),
  ]);
  return {
    files,
    startFiles,
    netns,
    locks: locks.trimEnd().split("\n"),
    mounts: mountinfo.split("\n").filter((line) => line.includes(` ${LANS} `)).length,
  };
}

/** The settings that exist on this machine, by their path below /proc/sys/net. */
async function sysctls(node: Node): Promise<Record<string, string>> {
  const patterns = "ipv6/conf/*/disable_ipv6 bridge/bridge-nf-call-*tables " +
    "ipv4/conf/all/arp_ignore ipv4/conf/all/arp_accept ipv4/conf/default/arp_accept ipv4/ip_forward";
  const said = await inLans(node, `cd /proc/sys/net; grep . ${patterns} 2>/dev/null || :`);
  return Object.fromEntries(said.trimEnd().split("\n").map((line) => line.split(":")));
}

/** Runs a constant script in the LAN namespace. */
function inLans(node: Node, script: string): Promise<string> {
  return node.must("nsenter", `--net=${LANS}`, "sh", "-c", script);
}

async function inodes(node: Node, ...files: string[]): Promise<string[]> {
  return (await node.must("stat", "--format=%i", ...files)).trimEnd().split("\n");
}

async function modes(node: Node, ...files: string[]): Promise<string> {
  return (await node.must("stat", "--format=%a", ...files)).trimEnd().replaceAll("\n", " ");
}
