// A worker gives the kernel's tables of neighbours room, so that a scan leaves some for the node.
import assert from "node:assert/strict";
import { type Node, startNode } from "../fixture/cluster.ts";
import { link, onMachine, startMachineNode } from "../fixture/machine.ts";
import { readTables, TABLES } from "../fixture/neighbour_tables.ts";
import { whyNotOwnKernel } from "../fixture/own_kernel.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { startScan } from "../fixture/scanner.ts";

const LINUX = [128, 512, 1024];
/** A scan of less than the default room for three seconds would show nothing. */
const SCANNED_A_SECOND = 3_000;
const NEIGHBOURS = 20;

testAsRoot(
  "a scan takes the node's room for new neighbours, and none of it once a worker has raised the tables",
  async () => {
    await using cleaned = new AsyncDisposableStack();
    for (const table of TABLES) {
      const [thresh1, thresh2, thresh3] = LINUX;
      const words = `thresh1 ${thresh1} thresh2 ${thresh2} thresh3 ${thresh3}`;
      await onMachine(...`ip ntable change name ${table} ${words}`.split(" ") as ["ip"]);
    }
    const machine = cleaned.use(await startMachineNode());
    const [gateway, pod] = await Promise.all(
      ["gw", "pod"].map(async (name) => cleaned.use(await startNode(name))),
    ) as [Node, Node];
    await link("up0", "10.98.0.1/24", gateway);
    await gateway.must("ip", "address", "add", "10.98.0.2/24", "dev", "eth0");
    await pod.must(..."ip link add name net0 up type veth peer name wire".split(" ") as ["ip"]);
    await pod.must("ip", "link", "set", "dev", "wire", "up");
    await pod.must("ip", "address", "add", "10.64.255.254/16", "dev", "net0");

    const refused = await countRefused(pod, 100);
    assert.ok(refused > 0, "there was room for each neighbour");

    const manager = await machine.startWorker();
    for (const family of ["IPv4", "IPv6"]) {
      await manager.logged(
        new RegExp(`info the kernel's table of ${family} neighbours takes 16384 now .1024 before`),
      );
    }
    assert.deepEqual(await readTables(), TABLES.map(() => [2048, 8192, 16_384]));
    assert.equal(await countRefused(pod, 200), 0);
    await onMachine("ping", "-n", "-c1", "-W10", "10.98.0.2");
  },
  whyNotOwnKernel(),
);

// Arguments: the first address' last byte, and how many. Without IP_RECVERR (11, linux/in.h) UDP
// hides that there is no room.
const SEND = `
import errno, socket, sys, time
first, count = map(int, sys.argv[1:])
refused = 0
for host in range(first, first + count):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.setsockopt(socket.IPPROTO_IP, 11, 1)
        try:
            link.sendto(b"x", (f"10.98.0.{host}", 9))
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            refused += 1
    time.sleep(0.1)
print(refused)
`;

/** How many new neighbours of the machine find no room while a pod scans. */
async function countRefused(pod: Node, first: number): Promise<number> {
  await using _scan = await startScan(pod, SCANNED_A_SECOND);
  return Number(await onMachine("python3", "-I", "-S", "-c", SEND, `${first}`, `${NEIGHBOURS}`));
}
