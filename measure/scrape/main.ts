// `deno task scrape`: what a scrape of a worker with many ports costs its manager.
import { Command } from "commander";
import { HOST_ARCH } from "../../tools/arch.ts";
import { ensureBuilt } from "../../tools/build.ts";
import { ensurePackages } from "../../tools/debian.ts";
import { labPackages } from "../../tools/packages.ts";
import { sleep } from "../../shared/process/time.ts";
import type { Node } from "../../tests/fixture/cluster.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import { callMany, type Wanted } from "../../tests/fixture/many_calls.ts";
import { LAUNCHER, startResidentNode } from "../../tests/fixture/resident_node.ts";
import { askView, parseSeries } from "../../tests/fixture/view.ts";
import { refuseFailures } from "../bench/measure.ts";
import { type At, Progress } from "../progress.ts";
import { toCount } from "../to_count.ts";
import { cpuMsOf } from "../cpu_time.ts";

const progress = new Progress();
const context = { env: Deno.env.toObject(), log: progress.say };
/** A scrape within a second of the last one has the same answer. */
const PAUSE_MS = 1_200;

const program = new Command("deno task scrape")
  .description(
    "Attaches pods to a worker, as root, in namespaces, and tells the time of all processors that " +
      "a scrape takes the manager and the programs that it starts.",
  )
  .option("--ports <n>", "interfaces of pods", toCount, 2_000)
  .option("--lans <n>", "LANs that they are on", toCount, 200)
  .option("--scrapes <n>", "how often the manager is asked", toCount, 20);

try {
  const { ports, lans, scrapes } = program.parse(Deno.args, { from: "user" })
    .opts<{ [name in "ports" | "lans" | "scrapes"]: number }>();
  await ensurePackages(labPackages, context);
  await ensureBuilt([HOST_ARCH], context);
  await using worker = await startResidentNode();
  const { node, manager: { pid } } = worker;
  const wanted = Array.from({ length: ports }, (_, at): Wanted => ({
    call: {
      verb: "ADD",
      container: `c${at}`,
      ifname: `n${at}`,
      args: `K8S_POD_NAMESPACE=student-${at % 30};K8S_POD_NAME=router-${at}-0`,
      config: { name: `lan-${at % lans}`, suffix: "lab", vxlanId: 100_000 + at % lans },
    },
    argv: [LAUNCHER],
  }));
  const { calls } = await progress.during(
    `${ports} interfaces are attached to ${lans} LANs`,
    (at) => callMany(node.run, wanted, 4, (ended) => at(`${ended} of ${ports}`)),
  );
  refuseFailures(calls, wanted);
  let text = "";
  await progress.during("the manager comes to tell all ports", () =>
    eventually(
      async () => {
        text = (await askView(node)).body;
        return text.split("\nmegalos_port_receive_bytes_total{").length === ports + 1;
      },
      60,
      "not all ports are told",
    ));
  const series = parseSeries(text).size;
  console.log(`${series} series, ${(text.length / 1e6).toFixed(1)} MB`);
  // The calls' last work is over then, and the forwarding entries have been counted.
  await progress.during("the manager comes to rest: 30 s", () => sleep(30_000));
  const turns = (what: string, work: () => Promise<void>) =>
    progress.during(what, (at) => spend(node, pid, work, scrapes, at));
  const idle = await turns("nobody scrapes", () => sleep(PAUSE_MS));
  const asked = await turns("scrapes", async () => {
    await sleep(PAUSE_MS);
    await askView(node);
  });
  // Looks go on meanwhile: they take what an idle manager takes in that time.
  const ms = (asked.cpuMs - idle.cpuMs * asked.ms / idle.ms) / scrapes;
  console.log(
    `${ms.toFixed(1)} ms of CPU a scrape (idle: ${
      (idle.cpuMs / idle.ms * 100).toFixed(2)
    } % of a core)`,
  );
  const status = await node.must("cat", `/proc/${pid}/status`);
  console.log(`manager: ${Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) >> 10} MB`);
} catch (error) {
  progress.say(error instanceof Error ? error.message : String(error));
  Deno.exit(1);
}

interface Spent {
  readonly cpuMs: number;
  readonly ms: number;
}

async function spend(
  node: Node,
  pid: string,
  work: () => Promise<void>,
  times: number,
  at: At,
): Promise<Spent> {
  const [started, before] = [performance.now(), await cpuMsOf(node, pid)];
  for (let time = 1; time <= times; time++) {
    at(`${time} of ${times}`);
    await work();
  }
  return { cpuMs: await cpuMsOf(node, pid) - before, ms: performance.now() - started };
}
