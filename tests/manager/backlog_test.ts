// A worker gives frames that wait for a processor room, so that a burst to many ports loses none.
import assert from "node:assert/strict";
import { type Node, startNode } from "../fixture/cluster.ts";
import { onMachine, startMachineNode } from "../fixture/machine.ts";
import { whyNotOwnKernel } from "../fixture/own_kernel.ts";
import { testAsRoot } from "../fixture/privileged.ts";

const SETTING = "/proc/sys/net/core/netdev_max_backlog";
const PORTS = 250;
/** Fewer than a processor takes in one turn: 64 (Linux' NAPI_POLL_WEIGHT). */
const BURST = 60;

// One processor sends, and another one (mask 2) receives and floods: so frames wait. Without IPv6
// nobody else says anything.
const BRIDGE = `
for which in all default; do echo 1 >"/proc/sys/net/ipv6/conf/$which/disable_ipv6"; done
ip link add name br0 up type bridge mcast_snooping 0
ip link add name net0 up type veth peer name wire
ip link set dev wire up master br0
echo 2 >/sys/class/net/wire/queues/rx-0/rps_cpus
for at in $(seq "$1"); do
  echo link add name "port$at" up master br0 type veth peer name "pod$at"
  echo link set dev "pod$at" up
done | ip -batch -
`;

// Arguments: how many frames.
const SEND = `
import os, socket, sys
os.sched_setaffinity(0, {0})
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as link:
    link.bind(("net0", 0))
    frame = b"\\xff" * 6 + bytes.fromhex("02000000000188b5") + bytes(50)
    for _ in range(int(sys.argv[1])):
        link.send(frame)
`;

const COUNT = `
for file in /sys/class/net/pod*/statistics/rx_packets; do cat "$file"; done
`;

testAsRoot(
  "a burst of broadcasts to 250 ports loses frames, and none once a worker has given them room",
  async () => {
    await onMachine("sh", "-c", `echo 1000 >${SETTING}`);
    await using machine = await startMachineNode();
    await using bystander = await startNode("burst");
    await bystander.must("mount", "-t", "sysfs", "sysfs", "/sys");
    await bystander.must("sh", "-ec", BRIDGE, "sh", `${PORTS}`);
    const lost = await loseInBurst(bystander);
    assert.ok(lost > 0, "there was room for each frame");

    const manager = await machine.startWorker();
    await manager.logged(/info 16384 frames may wait for each processor now .1000 before/);
    assert.equal((await onMachine("cat", SETTING)).trim(), "16384");
    assert.equal(await loseInBurst(bystander), 0, `${lost} were lost before`);
  },
  whyNotOwnKernel(),
);

/** How many frames of a burst do not come to a port that they are flooded to. */
async function loseInBurst(node: Node): Promise<number> {
  const count = async () => {
    const counts = (await node.must("sh", "-c", COUNT)).trim().split("\n").map(Number);
    assert.equal(counts.length, PORTS);
    return counts.reduce((sum, one) => sum + one, 0);
  };
  const before = await count();
  await node.must("python3", "-I", "-S", "-c", SEND, `${BURST}`);
  let last = before;
  for (let now; (now = await count()) !== last; last = now);
  return BURST * PORTS - (last - before);
}
