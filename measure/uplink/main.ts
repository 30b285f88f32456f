// `deno task uplink`: what lines cost a worker that is at rest, and a reflector of many workers.
import { Command } from "commander";
import { sleep } from "../../shared/process/time.ts";
import { type Node, startCluster } from "../../tests/fixture/cluster.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import { MANAGER, Manager, REFLECTOR_ENV, workerEnv } from "../../tests/fixture/manager.ts";
import { addPod, pod } from "../../tests/fixture/pod.ts";
import { HOST_ARCH } from "../../tools/arch.ts";
import { ensureBuilt } from "../../tools/build.ts";
import { ensurePackages } from "../../tools/debian.ts";
import { faultPackages } from "../../tools/packages.ts";
import { cpuMsOf } from "../cpu_time.ts";
import { Progress } from "../progress.ts";
import { simulateWorkers } from "../simulate_workers.ts";

const PASSWORD = "measured";

const progress = new Progress();
const context = { env: Deno.env.toObject(), log: progress.say };
const program = new Command("deno task uplink")
  .description("Measures lines in a cluster of namespaces, as root.")
  .option("--lines <number>", "workers that are simulated", "1000")
  .option("--devices <number>", "devices of each", "20")
  .option("--seconds <number>", "how long a manager at rest is looked at", "60");

interface Options {
  readonly lines: string;
  readonly devices: string;
  readonly seconds: string;
}

const options = program.parse(Deno.args, { from: "user" }).opts<Options>();
await ensurePackages(faultPackages, context);
await ensureBuilt([HOST_ARCH], context);
await measure(options);

async function measure({ lines: count, devices, seconds }: Options): Promise<void> {
  await using cluster = await startCluster();
  const { reflector, workers: [w1, w2] } = cluster;
  const rest = (what: string, seconds: number) =>
    progress.during(`${what}: ${seconds} s`, () => sleep(seconds * 1_000));
  const env = { MEGALOS_BGP_PASSWORD: PASSWORD, MEGALOS_RECONCILE: "5" };
  const start = (node: Node, role: string, env: Record<string, string>) =>
    Manager.start(node, [role], env);
  await using rr = await start(reflector, "route-reflector", { ...REFLECTOR_ENV, ...env });
  await using worker = await start(w1, "worker", { ...workerEnv(0), ...env });
  await progress.during("a worker gets 20 pods", async () => {
    await worker.ready();
    for (let at = 1; at <= 20; at++) {
      await addPod(w1, pod(`pc${at}`, `02:00:00:00:00:${at.toString(16).padStart(2, "0")}`));
    }
    await eventually(async () => (await nodesOf(reflector)).includes("w1"), 30, "w1 has no line");
  });
  await rest("the worker comes to rest", 10);

  const [before, sent] = [await cpuMsOf(w1, worker.pid), await bytesOf(w1)];
  await rest("the worker is at rest", Number(seconds));
  const cpu = (await cpuMsOf(w1, worker.pid) - before) / 1_000 / Number(seconds);
  const bytes = (await bytesOf(w1) - sent) / Number(seconds);
  console.log(`worker at rest: ${(cpu * 100).toFixed(2)} % of a core, ${bytes.toFixed(0)} B/s`);

  console.log(`reflector with 1 line: ${await memoryOf(reflector, rr.pid)}`);
  const workers = { password: PASSWORD, workers: count, devices };
  await using simulated = await progress.during(
    `${count} lines tell all`,
    () => simulateWorkers(reflector, w2, workers),
  );
  console.log(`${count} lines told all after ${Math.round(simulated.toldMs)} ms`);
  await progress.during("the reflector comes to know all nodes", (at) =>
    eventually(
      async () => {
        const { length } = await nodesOf(reflector);
        at(`${length} nodes`);
        return length === Number(count) + 2;
      },
      120,
      async () => `${(await nodesOf(reflector)).length} nodes are known`,
    ));
  await rest("the reflector comes to rest", 20);
  console.log(`reflector with ${count} lines: ${await memoryOf(reflector, rr.pid)}`);
  const spent = await cpuMsOf(reflector, rr.pid);
  await rest("the reflector is at rest", Number(seconds));
  const busy = (await cpuMsOf(reflector, rr.pid) - spent) / 1_000 / Number(seconds);
  console.log(`reflector at rest: ${(busy * 100).toFixed(2)} % of a core`);
  const done = await progress.during(
    "the reflector lists all devices",
    () =>
      reflector.run([MANAGER, "devices", "--json"], {
        timeoutMs: 120_000,
        maxOutputBytes: 64 * 1024 * 1024,
      }),
  );
  const told = JSON.parse(done.stdout);
  const counted = told.filter(({ counters }: { counters: unknown }) => counters !== null).length;
  console.log(
    `manager devices: ${told.length} devices, ${counted} counted, ${Math.round(done.ms)} ms`,
  );
  console.log(`reflector after that: ${await memoryOf(reflector, rr.pid)}`);
  console.log(`lines that are open: ${await simulated.countOpen()}`);
}

async function nodesOf(reflector: Node): Promise<string[]> {
  const done = await reflector.run([MANAGER, "nodes", "--json"], { timeoutMs: 60_000 });
  if (done.reason !== "success") return [];
  return JSON.parse(done.stdout).map(({ node }: { node: string }) => node);
}

async function memoryOf(node: Node, pid: string): Promise<string> {
  const status = await node.must("cat", `/proc/${pid}/status`);
  const [now, most] = ["VmRSS", "VmHWM"].map((key) =>
    Math.round(Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024)
  );
  return `${now} MiB, at most ${most} MiB`;
}

/** Bytes that a worker's line has carried both ways, without headers of TCP and IP. */
async function bytesOf(node: Node): Promise<number> {
  const said = await node.must("ss", "-tinH", "dport", "=", ":9471");
  const all = [...said.matchAll(/bytes_(?:sent|received):(\d+)/g)];
  return all.reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}
