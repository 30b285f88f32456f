// The command line of the embedded lab: `deno task lab`.
import { Argument, Command, InvalidArgumentError } from "commander";
import { fileURLToPath } from "node:url";
import { resolve } from "node:path";
import { attend } from "../shared/exec.ts";
import { MAX_WORKERS } from "./cluster/underlay.ts";
import { findEntrance, findLab, findLabDir } from "./find.ts";
import { listLabs, readRecord } from "./lab_record.ts";
import { COLOURS, PLAIN, renderInterfaces, renderReport } from "./report/table.ts";
import { listInterfaces, type Report } from "./report/report.ts";
import { detachAll, endLab } from "./take_down.ts";
import { up, type UpOptions } from "./up.ts";

const palette = Deno.stdout.isTerminal() && Deno.env.get("NO_COLOR") === undefined
  ? COLOURS
  : PLAIN;
const TWO_PCS = fileURLToPath(new URL("./examples/two-pcs", import.meta.url));

const DEFAULT_NAME = "lab";

const program = new Command("deno task lab")
  .description("Runs Kathara labs on a cluster of network namespaces on this machine.")
  .enablePositionalOptions()
  .addHelpText(
    "after",
    "\n`deno task lab [DIR]` is `deno task lab up [DIR]`; `lab up --help` lists its options.",
  );

program.command("up", { isDefault: true })
  .description(
    "start the lab in DIR, check it, and take it down unless --keep is given (the default)",
  )
  .addArgument(
    new Argument("[dir]", "folder with a lab.conf").argParser(toPath)
      .default(TWO_PCS, "lab/examples/two-pcs"),
  )
  .option("-n, --nodes <count>", "number of workers", toWorkerCount, 2)
  .option("-p, --place <device=node>", "put a device on a node, again for each", append, [])
  .option("-k, --keep", "leave the lab up", false)
  .option("--name <name>", "name of the running lab", toName, DEFAULT_NAME)
  .option("--json", "print the report as JSON", false)
  .action(async (dir: string, { json, ...options }: Omit<UpOptions, "dir"> & { json: boolean }) => {
    const ok = await up({ dir, ...options }, {
      env: Deno.env.toObject(),
      log: startLog(),
      print: (report) => console.log(json ? toJson(report) : renderReport(report, palette)),
      interrupted: awaitInterrupt(),
    });
    if (options.keep) {
      const which = options.name === DEFAULT_NAME ? "" : ` --name ${options.name}`;
      console.error(
        `The lab stays up. Run a command in a device: deno task lab exec${which} DEVICE COMMAND...`,
      );
      console.error(`Take it down: deno task lab down${which}`);
    }
    Deno.exit(ok ? 0 : 1);
  });

program.command("exec")
  .description("run a command in a device or on a node (rr, n1, ...) of a lab that is up")
  .argument("<device>")
  .argument("<command...>")
  .option("--name <name>", "name of the running lab", toName)
  .passThroughOptions()
  .action(async (device: string, command: string[], { name }: { name?: string }) => {
    const entrance = findEntrance(await findLab(name), device);
    const env = { HOME: "/root", USER: "root", TERM: Deno.env.get("TERM") ?? "dumb" };
    Deno.exit(await attend({ argv: [...entrance, ...command], env }));
  });

program.command("ps")
  .description("list the devices of a lab that is up")
  .option("--name <name>", "name of the running lab", toName)
  .option("--json", "print JSON", false)
  .action(async ({ name, json }: { name?: string; json: boolean }) => {
    const rows = listInterfaces((await findLab(name)).devices);
    console.log(json ? toJson(rows) : renderInterfaces(rows, palette));
  });

program.command("down")
  .description("take a lab down, also one whose start was killed")
  .option("--name <name>", "name of the running lab", toName)
  .action(async ({ name }: { name?: string }) => {
    if (name === undefined && (await listLabs()).length === 0) {
      return console.error("No lab is up.");
    }
    const labDir = await findLabDir(name);
    const record = await readRecord(labDir);
    const troubles = record === undefined ? [] : await detachAll(record);
    for (const trouble of troubles) console.error(trouble);
    await endLab(labDir, record);
    if (troubles.length > 0) Deno.exit(1);
  });

/** A path is relative to where the user is; `deno task` itself changes to the checkout. */
function toPath(path: string): string {
  return resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
}

function toWorkerCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > MAX_WORKERS) {
    throw new InvalidArgumentError(`It is not between 1 and ${MAX_WORKERS}.`);
  }
  return count;
}

function toName(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,31}$/.test(text)) return text;
  throw new InvalidArgumentError("It is not made of at most 32 of a-z, 0-9 and -.");
}

function append(value: string, values: readonly string[]): string[] {
  return [...values, value];
}

function toJson(value: Report | ReturnType<typeof listInterfaces>): string {
  return JSON.stringify(value, null, 2);
}

/** Lines on stderr, each with the seconds since the start. */
function startLog(): (line: string) => void {
  const start = performance.now();
  return (line) =>
    console.error(`${((performance.now() - start) / 1000).toFixed(1).padStart(5)} s  ${line}`);
}

/** From here on these signals end the work at hand instead of the process, which then cleans up. */
function awaitInterrupt(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
    Deno.addSignalListener(signal, () => {
      exitCode = code;
      reject(new Error(`Interrupted by ${signal}`));
    });
  }
  return promise;
}

let exitCode = 1;
// Files that nodes and devices make are read by others there, whatever the user's own umask is.
Deno.umask(0o022);
try {
  await program.parseAsync(Deno.args, { from: "user" });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(exitCode);
}
