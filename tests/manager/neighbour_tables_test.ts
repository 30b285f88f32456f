// The kernel's tables of neighbours, which all network namespaces share: a worker raises them.
// Then a pod's scan takes no room from the node. Where a worker may not raise them, it says so.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { type Node, startCluster, startNode, workerAddress } from "../fixture/cluster.ts";
import { Manager, runManagers, workerEnv } from "../fixture/manager.ts";
import { whyNotOwnKernel } from "../fixture/own_kernel.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { startScan } from "../fixture/scanner.ts";

const TABLES = ["arp_cache", "ndisc_cache"] as const;
const LINUX = [128, 512, 1024];
/** A scan of less than the default room for three seconds would show nothing. */
const SCANNED_A_SECOND = 3_000;
const NEIGHBOURS = 20;

testAsRoot(
  "in a network namespace that is not the machine's own, the tables are left, which is told once",
  async () => {
    const before = await readTables();
    await using cluster = await startCluster();
    // More than any machine has, so that all are to be raised.
    await using running = await runManagers(cluster, { MEGALOS_NEIGHBOURS: "1000000" });
    for (const manager of running.workers) {
      const told = /info the kernel's tables of neighbours take \d+ as before: /g;
      await manager.logged(new RegExp(told.source));
      assert.equal([...manager.log.matchAll(told)].length, 1, manager.log);
      assert.doesNotMatch(manager.log, /Cannot raise|works again: raise/);
    }
    assert.doesNotMatch(running.reflector.log, /neighbours/);
    assert.deepEqual(await readTables(), before);
  },
);

testAsRoot(
  "a scan takes the node's room for new neighbours, and none of it once a worker has raised the tables",
  async () => {
    await using cleaned = new AsyncDisposableStack();
    for (const table of TABLES) {
      const [thresh1, thresh2, thresh3] = LINUX;
      const words = `thresh1 ${thresh1} thresh2 ${thresh2} thresh3 ${thresh3}`;
      await onMachine(...`ip ntable change name ${table} ${words}`.split(" ") as ["ip"]);
    }
    // A node enters the machine's own network namespace by this file.
    const netns = await Deno.makeTempFile();
    await onMachine("mount", "--bind", "/proc/self/ns/net", netns);
    cleaned.defer(async () => void await onMachine("umount", netns));
    const [worker, gateway, pod] = await Promise.all(
      ["w1", "gw", "pod"].map(async (name) => cleaned.use(await startNode(name))),
    ) as [Node, Node, Node];
    await link("vtep0", `${workerAddress(0)}/24`, worker);
    await link("up0", "10.98.0.1/24", gateway);
    for (let host = 0; host < 2 * NEIGHBOURS; host++) {
      await gateway.must("ip", "address", "add", `10.98.0.${host + 2}/24`, "dev", "eth0");
    }
    await pod.must(..."ip link add name net0 up type veth peer name wire".split(" ") as ["ip"]);
    await pod.must("ip", "link", "set", "dev", "wire", "up");
    await pod.must("ip", "address", "add", "10.64.255.254/16", "dev", "net0");

    const refused = await pingDuringScan(pod, 2);
    assert.ok(refused.length > 0, "there was room for each neighbour");
    for (const one of refused) assert.match(one, /No buffer space available/);

    cleaned.defer(async () => void await onMachine("nft", "delete", "table", "inet", "megalos"));
    const enter = ["nsenter", `--net=${netns}`];
    await using manager = await Manager.start(worker, ["worker"], workerEnv(0), enter);
    for (const family of ["IPv4", "IPv6"]) {
      await manager.logged(
        new RegExp(`info the kernel's table of ${family} neighbours takes 16384 now .1024 before`),
      );
    }
    assert.deepEqual(await readTables(), TABLES.map(() => [2048, 8192, 16_384]));
    assert.deepEqual(await pingDuringScan(pod, 2 + NEIGHBOURS), []);
  },
  whyNotOwnKernel(),
);

/** What was said of each new neighbour of the machine that could not be reached during a scan. */
async function pingDuringScan(pod: Node, first: number): Promise<string[]> {
  await using _scan = await startScan(pod, SCANNED_A_SECOND);
  const said: string[] = [];
  for (let host = first; host < first + NEIGHBOURS; host++) {
    const done = await run({ argv: ["ping", "-n", "-c1", "-W10", `10.98.0.${host}`] });
    if (done.reason !== "success") said.push(describe(done));
  }
  return said;
}

/** Gives the machine a device with an address whose other end is a node's eth0. */
async function link(name: string, address: string, { pid }: Node): Promise<void> {
  // deno-fmt-ignore
  await onMachine("ip", "link", "add", "name", name, "up", "type", "veth",
    "peer", "name", "eth0", "netns", `/proc/${pid}/ns/net`);
  await onMachine("nsenter", `--net=/proc/${pid}/ns/net`, "ip", "link", "set", "dev", "eth0", "up");
  await onMachine("ip", "address", "add", address, "dev", name);
}

/** The thresholds of both tables. */
async function readTables(): Promise<number[][]> {
  const read = async (table: string) => {
    const tables = JSON.parse(await onMachine("ip", "-json", "ntable", "show", "name", table));
    const { thresh1, thresh2, thresh3 } = tables.find(({ dev }: { dev?: string }) => !dev);
    return [thresh1, thresh2, thresh3];
  };
  return await Promise.all(TABLES.map(read));
}

async function onMachine(...argv: [string, ...string[]]): Promise<string> {
  const done = await run({ argv });
  assert.equal(done.reason, "success", describe(done));
  return done.stdout;
}
