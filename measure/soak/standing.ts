// LANs that stand on a node without a pod, as many as are wanted.
// A node of a large cluster has such LANs beside those that come and go.
import { encodeLines } from "../../shared/iproute2/words.ts";
import { planCreateLan } from "../../shared/lan/plan_create.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { type Node, workerAddress } from "../../tests/fixture/cluster.ts";

/** The environment of managers that are to leave these LANs; seconds. */
export const KEEP_EMPTY = { MEGALOS_EMPTY_LAN_GRACE: "86400" };

const FIRST_VNI = 1_000_000;
/** The kernel needs some ms for each device, and more when there are more of them. */
const LIMIT_MS = 30 * 60_000;

/** Makes LANs as ADD does, but without pods. */
export async function addLans(node: Node, count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, at) => {
    const lan = { name: "standing_lan", suffix: `${at}`, vni: FIRST_VNI + at };
    const steps = planCreateLan({
      ...{ lan, mtu: 1450, vtep: workerAddress(0), vxlanPort: 4789 },
      ...{ lanNetns: LAN_NETNS, underlayNetns: "/proc/1/ns/net", birthplace: "lan" },
    }, {});
    return encodeLines(steps.map(({ change }) => change));
  });
  const argv = ["nsenter", `--net=${LAN_NETNS}`, "ip", "-batch", "-"];
  const done = await node.run(argv, { stdin: lines.join(""), timeoutMs: LIMIT_MS });
  if (done.reason !== "success") throw new Error(`Cannot make ${count} LANs: ${done.stderr}`);
}
