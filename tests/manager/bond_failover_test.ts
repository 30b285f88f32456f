// A device with a bond on one LAN: its active link goes, and the other nodes still reach it.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import type { Node } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { hasWhatNeeds } from "../fixture/kernel_features.ts";
import { entriesOf } from "../fixture/lan_netns.ts";
import { CNI_BIN_DIR } from "../fixture/manager.ts";
import { countLost } from "../fixture/ping.ts";
import { addSandbox, callEnv, canReach, config, inPod, pod } from "../fixture/pod.ts";
import { isPrivileged, testAsRoot } from "../fixture/privileged.ts";
import { PC1, PC2, startTwoPods } from "../fixture/two_pods.ts";

/** The bond has the address of its first link, which is the attachment's. */
const BONDED = pod("bonded", "02:00:00:00:00:31");
const ADDRESS = "10.0.0.31";
/** The second link's own address, which it gives up for the bond's. */
const OTHER_MAC = "02:00:00:00:00:32";
const LINKS = ["net0", "net1"] as const;

// Arguments: address. Gratuitous ARP after a failover is the bond's own.
const BOND = `set -e
ip link add name bond0 type bond mode active-backup miimon 100
for link in ${LINKS.join(" ")}; do
  ip link set dev "$link" down
  ip link set dev "$link" master bond0
done
ip link set dev bond0 up
ip address add "$0/24" dev bond0
`;

// Arguments: where to pin the namespace that is open as file 3.
const PIN = `: >"$0" && mount --no-canonicalize --bind /proc/self/fd/3 "$0"`;

/** Has a second node attach the device, too. */
async function shareSandbox(from: Node, to: Node): Promise<void> {
  const path = `/run/netns/${BONDED.name}`;
  const opened = ["sh", "-c", `exec 3<"$0" && exec "$@"`, `/proc/${from.pid}/root${path}`] as const;
  const done = await run({ argv: [...opened, ...to.enter, "sh", "-c", PIN, path] });
  assert.equal(done.reason, "success", describe(done));
}

async function attach(node: Node, ifname: string, mac: string): Promise<void> {
  const env = { ...callEnv("ADD", { ...BONDED, mac }), CNI_IFNAME: ifname };
  const done = await node.run([`${CNI_BIN_DIR}/megalos`], { env, stdin: config(BONDED) });
  assert.equal(done.reason, "success", describe(done) + done.stdout);
}

const WAYS = [
  { title: "of one node", second: 0 },
  { title: "of two nodes", second: 1 },
] as const;
const lack = isPrivileged && !await hasWhatNeeds("bond")
  ? "this kernel has no bonds, see deno task kernels"
  : "";

for (const { title, second } of WAYS) {
  testAsRoot(
    `a bond of two links ${title}: when the active one goes, frames go on`,
    async () => {
      await using pods = await startTwoPods();
      const { workers } = pods.cluster;
      const [w1, w2] = workers;
      await addSandbox(w1, BONDED);
      if (second === 1) await shareSandbox(w1, w2);
      await attach(w1, "net0", BONDED.mac);
      await attach(workers[second], "net1", OTHER_MAC);
      await inPod(w1, BONDED, "sh", "-c", BOND, ADDRESS);
      const isReached = async () =>
        await canReach(w1, PC1, ADDRESS) && await canReach(w2, PC2, ADDRESS);
      const places = async () =>
        `${await entriesOf(w1, BONDED.mac)} on w1, ${await entriesOf(w2, BONDED.mac)} on w2`;
      const why = async () => `it is not reached: ${await activeLink(w1)}, ${await places()}`;
      await eventually(isReached, 20, why);
      // To the second link, back to the first one, and to the second one again.
      for (const active of ["net1", "net0", "net1"]) {
        const going = active === "net0" ? "net1" : "net0";
        assert.equal(await activeLink(w1), going);
        const lost = await countLost(w2, PC2, "10.0.0.1", async () => {
          await inPod(w1, BONDED, "ip", "link", "set", "dev", going, "down");
          await eventually(async () => await activeLink(w1) === active, 20, why);
          await eventually(isReached, 20, why);
        });
        // A frame may be on its way when the count ends.
        assert.ok(lost <= 1, `${lost} frames of others are lost`);
        await inPod(w1, BONDED, "ip", "link", "set", "dev", going, "up");
      }
    },
    lack,
  );
}

/** The link that a bond sends and takes frames by. */
async function activeLink(node: Node): Promise<string | undefined> {
  const shown = await inPod(node, BONDED, "ip", "-json", "-details", "link", "show", "bond0");
  return JSON.parse(shown)[0].linkinfo.info_data.active_slave;
}
