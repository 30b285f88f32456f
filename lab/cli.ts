// The command line of the embedded lab: `deno task lab`.
import { Argument, Command, InvalidArgumentError } from "commander";
import { fileURLToPath } from "node:url";
import { attend } from "../shared/exec.ts";
import { MAX_WORKERS } from "./cluster/underlay.ts";
import { renderCompletions, type Shell, SHELLS } from "./completions.ts";
import { readLab } from "./conf/read_lab.ts";
import { PATIENCE } from "./devices/startup.ts";
import { chooseLab, findDoor, findLab } from "./find.ts";
import { renderSvg } from "./graph/svg.ts";
import { makeTopology, renderText } from "./graph/topology.ts";
import { labDirOf, listLabs, readRecord } from "./lab_record.ts";
import { planLogs } from "./logs.ts";
import { listInterfaces } from "./report/report.ts";
import { type Palette, renderInterfaces, renderReport } from "./report/table.ts";
import { restart } from "./restart.ts";
import { endLab, leaveAll } from "./take_down.ts";
import { up, type UpOptions } from "./up.ts";

/** What the command line is given by its `main.ts`. */
export interface Terminal {
  readonly env: Readonly<Record<string, string>>;
  readonly palette: Palette;
  /** Makes a path that a user has written absolute. */
  readonly resolve: (path: string) => string;
  readonly print: (text: string) => void;
  /** Takes what is not the answer itself: progress, notes. */
  readonly log: (line: string) => void;
  /** From here on, what would end the process rejects this promise. */
  readonly awaitInterrupt: () => Promise<never>;
  /** From here on, what would end the process is left to the program that it runs. */
  readonly leaveInterrupts: () => void;
}

const TWO_PCS = fileURLToPath(new URL("./examples/two-pcs", import.meta.url));
const DEFAULT_NAME = "lab";

interface Named {
  readonly name?: string;
}

/** Runs a command line; answers its exit code. Throws what went wrong. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0;
  const program = makeProgram(terminal, (ended) => code = ended);
  await program.parseAsync(args, { from: "user" });
  return code;
}

function makeProgram(terminal: Terminal, end: (code: number) => void): Command {
  const { print, log, palette } = terminal;
  const program = new Command("deno task lab")
    .description("Runs Kathara labs on a cluster of network namespaces on this machine.")
    .enablePositionalOptions()
    .addHelpText(
      "after",
      "\n`deno task lab [DIR]` is `deno task lab up [DIR]`; `lab up --help` lists its options.",
    );
  const folder = () =>
    new Argument("[dir]", "folder with a lab.conf").argParser(terminal.resolve)
      .default(TWO_PCS, "lab/examples/two-pcs");
  const named = (command: string, description: string) =>
    program.command(command).description(description)
      .option("--name <name>", "name of the running lab", toName);

  program.command("up", { isDefault: true })
    .description(
      "start the lab in DIR, check it, and take it down unless --keep is given (the default)",
    )
    .addArgument(folder())
    .option("-n, --nodes <count>", "number of workers", toWorkerCount, 2)
    .option("-p, --place <device=node>", "put a device on a node, again for each", append, [])
    .option("-k, --keep", "leave the lab up", false)
    .option("--name <name>", "name of the running lab", toName, DEFAULT_NAME)
    .option("--ipv6", "give devices IPv6 that do not say", false)
    .option("--install", "install Debian packages for programs that startups use", false)
    .option("--patience <seconds>", "how long to wait for a startup", toSeconds, PATIENCE)
    .option("--json", "print the report as JSON", false)
    .action(async (dir: string, { json, ...options }: Omit<UpOptions, "dir"> & Json) => {
      const ok = await up({ dir, ...options }, {
        ...terminal,
        print: (report) => print(json ? toJson(report) : renderReport(report, palette)),
        interrupted: terminal.awaitInterrupt(),
      });
      if (options.keep) {
        const which = options.name === DEFAULT_NAME ? "" : ` --name ${options.name}`;
        log(`The lab stays up. A shell in a device: deno task lab connect${which} DEVICE`);
        log(`Take it down: deno task lab down${which}`);
      }
      end(ok ? 0 : 1);
    });

  named("exec", "run a command in a device or on a node (rr, n1, ...) of a lab that is up")
    .argument("<device>").argument("<command...>").passThroughOptions()
    .action(async (device: string, command: string[], { name }: Named) => {
      const { argv, env } = findDoor((await findLab(name)).record, device);
      end(await runAttended([...argv, ...command], env));
    });

  named("connect", "open a shell in a device or on a node of a lab that is up")
    .argument("<device>")
    .action(async (device: string, { name }: Named) => {
      const { argv, env, shell } = findDoor((await findLab(name)).record, device);
      end(await runAttended([...argv, shell], env));
    });

  named("ps", "list the devices of a lab that is up")
    .option("--json", "print JSON", false)
    .option("-q, --quiet", "print the names of the devices only", false)
    .action(async ({ name, json, quiet }: Named & Json & { readonly quiet: boolean }) => {
      const { devices } = (await findLab(name)).record;
      if (quiet) return devices.forEach((device) => print(device.name));
      const rows = listInterfaces(devices);
      print(json ? toJson(rows) : renderInterfaces(rows, palette));
    });

  named("logs", "print what the startup of a device has said, or the services of a node")
    .argument("<device>")
    .option("-f, --follow", "go on with what is said from now on", false)
    .action(async (device: string, { name, follow }: Named & { readonly follow: boolean }) => {
      const lab = await findLab(name);
      const { argv, env } = planLogs(lab.name, lab.record, device, follow);
      end(await runAttended(argv, env ?? {}));
    });

  named("restart", "start a device anew, as the lab's folder has it now")
    .argument("<device>")
    .action(async (device: string, { name }: Named) => {
      const lab = await findLab(name);
      await restart(lab.name, lab.record, device, log);
    });

  named("down", "take a lab down, also one whose start was killed")
    .action(async ({ name }: Named) => {
      if (name === undefined && (await listLabs()).length === 0) return log("No lab is up.");
      const labDir = labDirOf(await chooseLab(name));
      const record = await readRecord(labDir);
      const left = record === undefined || await leaveAll(record, log);
      await endLab(labDir, record);
      end(left ? 0 : 1);
    });

  program.command("graph")
    .description("print which interfaces are on which LAN of the lab in DIR")
    .addArgument(folder())
    .option("--svg <file>", "draw a picture as well", terminal.resolve)
    .option("--json", "print JSON", false)
    .action(async (dir: string, { svg, json }: { readonly svg?: string } & Json) => {
      const topology = makeTopology((await readLab(dir, { nodes: ["n1"], pins: [] })).devices);
      if (svg !== undefined) await Deno.writeTextFile(svg, renderSvg(topology));
      print(json ? toJson(topology) : renderText(topology));
    });

  program.command("completions")
    .description("print a shell's function `lab` and its completions")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .action((shell: Shell) =>
      print(renderCompletions(shell, program.commands.map((command) => command.name())))
    );
  return program;

  async function runAttended(
    argv: Parameters<typeof attend>[0]["argv"],
    env: Readonly<Record<string, string>>,
  ): Promise<number> {
    terminal.leaveInterrupts();
    return await attend({ argv, env: { TERM: terminal.env.TERM ?? "dumb", ...env } });
  }
}

interface Json {
  readonly json: boolean;
}

function toWorkerCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > MAX_WORKERS) {
    throw new InvalidArgumentError(`It is not between 1 and ${MAX_WORKERS}.`);
  }
  return count;
}

function toSeconds(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is no whole number of seconds.");
}

function toName(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,31}$/.test(text)) return text;
  throw new InvalidArgumentError("It is not made of at most 32 of a-z, 0-9 and -.");
}

function append(value: string, values: readonly string[]): string[] {
  return [...values, value];
}

function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
