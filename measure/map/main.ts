// `deno task map`: how soon the map draws a large cluster and shows a change, and what it costs.
/// <reference lib="dom" />
import { Command } from "commander";
import { run } from "../../shared/process/exec.ts";
import { NodeBrowser } from "../../tests/fixture/browser.ts";
import { type Node, startCluster } from "../../tests/fixture/cluster.ts";
import { Manager, REFLECTOR_ENV, workerEnv } from "../../tests/fixture/manager.ts";
import { addPod, call, pod } from "../../tests/fixture/pod.ts";
import { HOST_ARCH } from "../../tools/arch.ts";
import { ensureBuilt } from "../../tools/build.ts";
import { parseCpuMs } from "../cpu_time.ts";
import { Progress } from "../progress.ts";
import { simulateWorkers } from "../simulate_workers.ts";

const PASSWORD = "password";

const progress = new Progress();

interface Options {
  readonly workers: string;
  readonly devices: string;
  readonly lans: string;
  readonly seconds: string;
  readonly pictures?: string;
}

const program = new Command("deno task map")
  .description("Measures the map in Chromium, with workers that are simulated, as root.")
  .option("--workers <number>", "workers that are simulated", "20")
  .option("--devices <number>", "devices of each", "25")
  .option("--lans <number>", "LANs of all", "200")
  .option("--seconds <number>", "how long the tab is watched", "20")
  .option("--pictures <folder>", "also take pictures")
  .action(measure);
await program.parseAsync(Deno.args, { from: "user" });

async function measure({ workers, devices, lans, seconds, pictures }: Options): Promise<void> {
  await ensureBuilt([HOST_ARCH], { env: Deno.env.toObject(), log: progress.say });
  await using cluster = await startCluster();
  const { reflector, workers: [w1, w2] } = cluster;
  const env = { MEGALOS_BGP_PASSWORD: PASSWORD };
  await using rr = await Manager.start(reflector, ["route-reflector"], {
    ...REFLECTOR_ENV,
    ...env,
  });
  await using real = await Manager.start(w1, ["worker"], { ...workerEnv(0), ...env });
  const simulated = { password: PASSWORD, workers, devices, lans };
  await using _simulated = await progress.during(
    `${workers} workers tell all`,
    () => simulateWorkers(reflector, w2, simulated),
  );
  await real.ready();
  await using browser = await progress.during(
    "Chromium starts",
    () => NodeBrowser.start(reflector),
  );
  const map = await browser.open({ width: 1600, height: 900 });
  const { page } = map;
  const wanted = Number(workers) * Number(devices);
  await progress.during("the map comes to show all devices", () =>
    page.waitForFunction(
      (wanted) =>
        Number(/([\d,]+) devices/.exec(document.body.innerText)?.[1]?.replace(",", "")) >= wanted,
      wanted,
    ));
  // Anew, with all there: from the navigation to the first picture of all.
  await page.reload();
  const draw = () =>
    page.evaluate(async (wanted) => {
      const { megalosMap } = globalThis as unknown as { megalosMap: { positions: object } };
      while (Object.keys(megalosMap.positions).length < wanted) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      return [performance.now(), Object.keys(megalosMap.positions).length];
    }, wanted);
  const [drawnMs, things] = await progress.during("the map is drawn anew", draw);
  console.log(`${things} devices and LANs were drawn ${Math.round(drawnMs!)} ms after the request`);

  const marks = await page.evaluate(() =>
    performance.getEntriesByType("mark").map(({ name, startTime }) => [name, startTime] as const)
  );
  const at = Object.fromEntries(marks.toReversed());
  console.log(
    `of that, the page took ${Math.round(at.shown! - at.told!)} ms from the snapshot on, ` +
      `which came after ${Math.round(at.told!)} ms`,
  );
  const before = await map.positions();
  const one = pod("newcomer", "02:00:00:00:00:77");
  const row = page.locator("#table tbody tr").filter({ hasText: "newcomer" });
  await page.fill("#search", "newcomer");
  const asked = performance.now();
  const added = await progress.during("the map shows a new device", async () => {
    await addPod(w1, one);
    const added = performance.now();
    await row.waitFor();
    return added;
  });
  const seen = performance.now();
  console.log(
    `a device was seen ${Math.round(seen - added)} ms after the answer to its ADD, ` +
      `${Math.round(seen - asked)} ms after its call`,
  );
  const after = await map.positions();
  const moved = Object.entries(before).filter(([id, { x, y }]) =>
    after[id]?.x !== x || after[id]?.y !== y
  );
  console.log(
    `of ${Object.keys(before).length} things that were there, ${moved.length} have moved`,
  );
  await call(w1, "DEL", one);
  await progress.during("the map shows it no more", () => row.waitFor({ state: "detached" }));
  await page.fill("#search", "");

  const tabs = await browserMs(reflector);
  const own = await managerMs(reflector, rr.pid);
  await progress.during(
    `the tab is watched: ${seconds} s`,
    () => page.waitForTimeout(Number(seconds) * 1_000),
  );
  const share = (from: number, to: number) =>
    `${((to - from) / 1_000 / Number(seconds) * 100).toFixed(1)} %`;
  console.log(
    `the browser (all its processes): ${share(tabs, await browserMs(reflector))} of a core`,
  );
  console.log(`the reflector: ${share(own, await managerMs(reflector, rr.pid))} of a core`);
  if (pictures !== undefined) {
    await page.screenshot({ path: `${pictures}/map-light.png` });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.locator("#table button.name").first().click();
    await page.screenshot({ path: `${pictures}/map-dark.png` });
  }
  map.assertNoComplaint();
}

/** What Chromium's processes, all in the node's network, have used of a processor, in ms. */
async function browserMs(node: Node): Promise<number> {
  const script = `
for dir in /proc/[0-9]*; do
  [ "$(readlink "$dir/ns/net")" = "$(readlink "/proc/$1/ns/net")" ] || continue
  case $(tr '\\0' ' ' <"$dir/cmdline") in *chromium*) cat "$dir/stat" ;; esac
done`;
  const { stdout } = await run({ argv: ["sh", "-c", script, "sh", `${node.pid}`] });
  return stdout.trim().split("\n").reduce((sum, line) => sum + parseCpuMs(line)[0], 0);
}

/** What the manager itself has used, without the programs that it has started. */
async function managerMs(node: Node, pid: string): Promise<number> {
  return parseCpuMs(await node.must("cat", `/proc/${pid}/stat`))[0];
}
