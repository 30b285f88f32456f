// What is on the nodes that was not there before: links, namespaces, files.
import assert from "node:assert/strict";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import { type Cluster, NODES } from "./cluster.ts";

// Prints everything of a node that calls and installations may touch, a line each. What comes with
// any pod is left out.
const TAKE_INVENTORY = `
ip -o link show | sed 's/^[0-9]*: \\([^:@]*\\).*/link \\1/' | grep -v -e ' veth' -e ' cni0'
iptables-save | grep -i -e megalos -e kathara || :
for dir in /opt/cni/bin /run/megalos /run/netns; do
  find "$dir" ! -path /run/netns ! -path '/run/netns/cni-*' 2>/dev/null
done | sort`;

export type Inventory = Readonly<Record<string, string>>;

export async function takeInventory(cluster: Cluster): Promise<Inventory> {
  const entries = NODES.map(async (node) =>
    [node, await cluster.on(node, ["sh", "-c", TAKE_INVENTORY])] as const
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Throws with the difference when the nodes are not as they were. */
export async function assertUnchanged(cluster: Cluster, before: Inventory): Promise<void> {
  assert.deepEqual(await takeInventory(cluster), before);
}

// Links of LANs, and what calls at work have in the calls' directory. Always there are `lo` and the
// LAN that makes nodes known to each other.
const LIST_TRACES = `
nsenter --net=${LAN_NETNS} ip -o link show | grep -v -e ': lo:' -e ' kt-nodes-~vtep:' -e ' nodes-~vtep@'
ls -1 /run/megalos/calls | grep -e claim -e request -e config -e stdout
ls -1 /run/megalos/calls/bell
true`;

/** Waits until no LAN and no call has left a trace on any node. */
export async function awaitNoTraces(cluster: Cluster, seconds: number): Promise<void> {
  let seen = "";
  await eventually(
    async () => {
      const said = await Promise.all(
        NODES.map((node) => cluster.on(node, ["sh", "-c", LIST_TRACES])),
      );
      seen = said.join("");
      return seen === "";
    },
    seconds,
    () => `this is left on the nodes:\n${seen}`,
  );
}
