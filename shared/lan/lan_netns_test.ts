// The LAN namespace: made whole, once, and mended where it stands.
import assert from "node:assert/strict";
import { BareNode, LANS } from "../../tests/fixture/bare_node.ts";
import { hostOf } from "../../tests/fixture/node_host.ts";
import { testAsRoot } from "../../tests/fixture/privileged.ts";
import { FaultError } from "../faults.ts";
import { ensureLanNetns, hasNetns } from "./lan_netns.ts";

const SWITCHES: [string, string][] = [
  ["net/ipv6/conf/all/disable_ipv6", "1"],
  ["net/ipv6/conf/default/disable_ipv6", "1"],
  ["net/ipv4/conf/all/arp_ignore", "8"],
  ["net/ipv4/conf/all/arp_accept", "0"],
  ["net/ipv4/conf/default/arp_accept", "0"],
  ["net/ipv4/ip_forward", "0"],
  ["net/bridge/bridge-nf-call-iptables", "0"],
  ["net/bridge/bridge-nf-call-ip6tables", "0"],
  ["net/bridge/bridge-nf-call-arptables", "0"],
];

/** The switches of the namespace that are wrong. A module that is not loaded has no switches. */
async function wrongSwitches(node: BareNode): Promise<string[]> {
  const wrong = SWITCHES.map(async ([name, value]) => {
    const { stdout } = await node.try({ argv: ["cat", `/proc/sys/${name}`] }, LANS);
    return stdout === "" || stdout.trim() === value ? [] : [name];
  });
  return (await Promise.all(wrong)).flat();
}

async function countMounts(node: BareNode): Promise<number> {
  const mounts = await node.run(["cat", "/proc/self/mountinfo"]);
  return mounts.split("\n").filter((line) => line.includes(` ${LANS} `)).length;
}

testAsRoot("it is made with its switches, and the second run mounts nothing", async () => {
  await using node = await BareNode.start();
  const { run } = hostOf(node);
  assert.equal(await hasNetns(run, LANS), false);
  assert.equal(await ensureLanNetns(run, LANS), "made");
  assert.equal(await hasNetns(run, LANS), true);
  assert.deepEqual(await wrongSwitches(node), []);
  const inode = Deno.statSync(node.outside(LANS)).ino;
  assert.equal(await ensureLanNetns(run, LANS), "verified");
  assert.equal(Deno.statSync(node.outside(LANS)).ino, inode);
  assert.equal(await countMounts(node), 1);
});

testAsRoot("a switch that someone has turned is mended", async () => {
  await using node = await BareNode.start();
  const { run } = hostOf(node);
  await ensureLanNetns(run, LANS);
  const turned = SWITCHES.slice(0, 6);
  for (const [name, value] of turned) {
    const other = value === "0" ? "1" : "0";
    await node.run(["sh", "-c", 'echo "$2" >"/proc/sys/$1"', "sh", name, other], LANS);
  }
  assert.deepEqual(await wrongSwitches(node), turned.map(([name]) => name));
  assert.equal(await ensureLanNetns(run, LANS), "verified");
  assert.deepEqual(await wrongSwitches(node), []);
});

testAsRoot("a file that is no namespace is none, and becomes one", async () => {
  await using node = await BareNode.start();
  const { run } = hostOf(node);
  Deno.writeTextFileSync(node.outside(LANS), "");
  assert.equal(await hasNetns(run, LANS), false);
  assert.equal(await ensureLanNetns(run, LANS), "made");
  assert.equal(await hasNetns(run, LANS), true);
});

testAsRoot("where it may not be made, that is to be tried later", async () => {
  await using node = await BareNode.start();
  const { run } = hostOf(node);
  await node.run(["mount", "-o", "remount,ro", "/run"]);
  const isTryLater = (error: unknown) =>
    error instanceof FaultError && error.fault.kind === "try-later";
  await assert.rejects(ensureLanNetns(run, LANS), isTryLater);
  assert.deepEqual(node.listNetns(), []);
});
