// The command line of `manager`: roles, their settings, and what people ask it.
import { quote } from "../shared/quote.ts";
import { Command, CommanderError, Option } from "commander";
import { FaultError } from "../shared/faults.ts";
import { readTextIfThere } from "../shared/files.ts";
import { converse, run } from "../shared/process/exec.ts";
import { RUNTIME, VERSION } from "../shared/version.ts";
import { Journal } from "./events/journal.ts";
import { learnNodeFacts } from "./facts.ts";
import { addressesOf, findReflectors, withoutServices } from "./frr/find_reflectors.ts";
import { modelFrr } from "./frr/model.ts";
import { renderFrr } from "./frr/render.ts";
import { checkIp } from "./node/check_ip.ts";
import { setTimeScale, TIME_SCALE } from "../shared/process/time_scale.ts";
import { prepareNode } from "./node/prepare_node.ts";
import { uninstallNode } from "./node/uninstall_node.ts";
import { runManager } from "./run.ts";
import {
  type Given,
  readSettings,
  type Role,
  ROLES,
  type Settings,
  SettingsError,
  type SettingSource,
  SOURCES,
} from "./settings.ts";
import { addCompletions } from "./show/completions.ts";
import { addShowCommands } from "./show/commands.ts";
import { readStatus } from "./status/read_status.ts";
import { renderStatus, renderStatusJson } from "./status/render_status.ts";

/** What the command line needs of its process. */
export interface Process {
  readonly env: (name: string) => string | undefined;
  /** Directory of this program, the plugin beside it. */
  readonly programDir: string;
  /** Writes to standard output. */
  readonly print: (text: string) => void;
  /** Writes a line to standard error. */
  readonly complain: (line: string) => void;
  /** How wide lines may be: as the terminal is, where there is one. */
  readonly columns: number;
  /** Whether standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Whether it is one and colours are wanted: NO_COLOR is not set. */
  readonly isColoured: boolean;
  /** Given at SIGTERM and SIGINT. */
  readonly signal: AbortSignal;
  /** Time (s) of all processors that this program has used. */
  readonly cpuSeconds: () => number;
}

/** 0: done. 1: failed, or `status` found the node not ready. 2: wrong command or settings. */
export type ExitCode = 0 | 1 | 2;

/** Runs a command line to its end. */
export async function runCli(process: Process, args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = 0;
  try {
    setTimeScale(process.env(TIME_SCALE));
    await buildCli(process, () => code = 1).parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof SettingsError) {
      for (const line of error.wrong) process.complain(`Cannot start: ${line}`);
      return 2;
    }
    if (!(error instanceof Told)) process.complain(messageOf(error));
    return 1;
  }
}

/** Ends the program after a failure that is in its log already. */
class Told extends Error {}

/**
 * Builds the commands. Without one, the role is IS_CONTROL_PLANE's, as in the original. Settings
 * are options of the whole command line, so that they count wherever they stand.
 * @param fail is called when a command was done, and the program is to end with 1
 */
function buildCli(process: Process, fail: () => void): Command {
  const { env, programDir, print, signal, cpuSeconds } = process;
  const cli = new Command("manager")
    .description(
      "Megalos manager: BGP EVPN for the LANs of a node, and the route reflector between nodes.",
    )
    .version(`manager ${VERSION} (${RUNTIME})`)
    .configureHelp({ showGlobalOptions: true })
    // Plain text, so that the program need not be permitted to look at a terminal's variables.
    .configureOutput({
      writeOut: print,
      writeErr: (text) => text.trimEnd().split("\n").forEach(process.complain),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    // Commands that are made after this inherit it.
    .exitOverride();
  const flags = new Map<string, Option>();
  for (const [name, source] of Object.entries<SettingSource>(SOURCES)) {
    const { env, flag, help, default: byDefault } = source;
    if (flag === undefined) continue;
    const end = byDefault === undefined ? "" : ` (default: ${byDefault})`;
    const option = new Option(flag, `${help} [${env}]${end}`);
    cli.addOption(option);
    flags.set(name, option);
  }
  cli.addHelpText("after", SECRETS);
  // A flag may be called otherwise than its setting.
  const given = (): Given =>
    Object.fromEntries([...flags].map(([name, one]) => [name, cli.opts()[one.attributeName()]]));
  const read = (role?: Role) => readSettings(given(), env, role);
  /** Does something that is logged, its failure too. */
  const log = async (settings: Settings, work: (journal: Journal) => Promise<void>) => {
    const format = { format: settings.log, level: settings.logLevel };
    const journal = new Journal(format, process.complain);
    try {
      await work(journal);
    } catch (error) {
      journal.tell({ kind: "manager-failed", why: messageOf(error) });
      throw new Told();
    }
  };
  const start = (role?: Role) => {
    const settings = read(role);
    return log(
      settings,
      (journal) => runManager(settings, programDir, journal, signal, cpuSeconds),
    );
  };
  cli.command("worker").description("run on a worker: speaker, plugin, LANs")
    .action(() => start("worker"));
  cli.command("route-reflector").description("run as the route reflector")
    .action(() => start("route-reflector"));
  cli.command("install").description(
    "prepare the node (plugin, LAN namespace, FRR's start files) and end",
  )
    .argument("[role]", `${ROLES.join(" or ")}`, parseRole, "worker" as Role)
    .action((role: Role) => {
      const settings = readForNode();
      return log(settings, async ({ tell }) => {
        if (role === "worker") await checkIp(run, converse);
        await prepareNode(role, settings, programDir, tell);
      });
    });
  cli.command("uninstall").description(
    "take back what managers have left on the node (once pods and manager are gone) and end",
  )
    .action(() => {
      const settings = readForNode();
      return log(settings, ({ tell }) => uninstallNode(settings, tell));
    });
  /** The reflector's settings: what is about the node alone takes no reflector's address. */
  const readForNode = () => read("route-reflector");
  cli.command("render").description("print FRR's configuration for a role and end")
    .argument("<role>", `${ROLES.join(" or ")}`, parseRole)
    .action(async (role: Role) => print(await render(read(role))));
  cli.command("status")
    .description(
      "show sessions, LANs and MAC addresses of this node; ends with 1 if it is not ready",
    )
    .option("--json", "as JSON")
    .action(async ({ json }: { json?: true }) => {
      const status = await readStatus({ run, readText: readTextIfThere });
      const text = json ? renderStatusJson(status) : renderStatus(status, process.columns);
      print(text);
      if (!status.ready) fail();
    });
  addShowCommands(cli, process);
  addCompletions(cli, print);
  // This comes last: commands that are made after it would allow them, too.
  cli.allowExcessArguments().action(async () => {
    if (cli.args.length > 0) refuseCommand(cli);
    await start();
  });
  return cli;
}

/** Says that there is no such command, and which one may be meant. */
function refuseCommand(cli: Command): void {
  // commander does that by itself for a program that does nothing without a command. For one that
  // does something, its method is there but has no type.
  (cli as Command & { unknownCommand(): void }).unknownCommand();
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const details = error instanceof FaultError ? error.fault.details : undefined;
  return details === undefined ? error.message : `${error.message} (${details})`;
}

/** Settings without a flag. */
const SECRETS = "\nBy environment only, as others can read arguments:\n" +
  Object.values<SettingSource>(SOURCES).filter(({ flag }) => flag === undefined)
    .map(({ env, help }) => `  ${env}  ${help}\n`).join("");

async function render(settings: Settings): Promise<string> {
  const named = settings.underlay === undefined ? settings.nodeIp : undefined;
  const vtep = named ?? (await learnNodeFacts(settings)).vtep;
  const all = settings.reflectors;
  const list = settings.bgpPassword === undefined ? all : withoutServices(all);
  const reflectors = addressesOf(await findReflectors(list));
  return renderFrr(modelFrr(settings, vtep, { reflectors }));
}

function parseRole(text: string): Role {
  const role = ROLES.find((one) => one === text);
  if (role === undefined) {
    throw new SettingsError([
      `the role is ${quote(text)}; it must be ${ROLES.join(" or ")}`,
    ]);
  }
  return role;
}
