// The command line of `manager`: roles, their settings, and what people ask it.
import { Command } from "commander";
import { converse, run } from "../shared/process/exec.ts";
import { RUNTIME, VERSION } from "../shared/version.ts";
import { addressesOf, findReflectors } from "./frr/find_reflectors.ts";
import { modelFrr } from "./frr/model.ts";
import { renderFrr } from "./frr/render.ts";
import { learnNodeFacts } from "./facts.ts";
import { checkIp } from "./install/check_ip.ts";
import { prepareNode } from "./install/prepare_node.ts";
import { uninstallNode } from "./install/uninstall_node.ts";
import type { Log } from "./log.ts";
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
import { readStatus, renderStatus } from "./status.ts";

/** What the command line needs of its process. */
export interface Process {
  readonly env: (name: string) => string | undefined;
  /** Directory of this program, the plugin beside it. */
  readonly programDir: string;
  readonly print: (text: string) => void;
  readonly log: Log;
  /** Given at SIGTERM and SIGINT. */
  readonly signal: AbortSignal;
}

/**
 * Builds the commands. Without one, the role is IS_CONTROL_PLANE's, as in the original. Settings are options of the whole
 * command line, so that they count wherever they stand.
 */
export function buildCli({ env, programDir, print, log, signal }: Process): Command {
  const cli = new Command("manager")
    .description(
      "Megalos manager: BGP EVPN for the LANs of a node, and the route reflector between nodes.",
    )
    .version(`manager ${VERSION} (${RUNTIME})`)
    .configureHelp({ showGlobalOptions: true })
    // Plain text, so that the program need not be permitted to look at a terminal's variables.
    .configureOutput({
      writeOut: print,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    // Inherited by commands that are made after it.
    .exitOverride();
  for (const { env, flag, help, default: byDefault } of Object.values<SettingSource>(SOURCES)) {
    if (flag === undefined) continue;
    cli.option(
      flag,
      `${help} [${env}]${byDefault === undefined ? "" : ` (default: ${byDefault})`}`,
    );
  }
  cli.addHelpText("after", SECRETS);
  const read = (role?: Role) => readSettings(cli.opts<Given>(), env, role);
  const start = (role?: Role) => runManager(read(role), programDir, log, signal);
  cli.action(() => start());
  cli.command("worker").description("run on a worker: speaker, plugin, LANs")
    .action(() => start("worker"));
  cli.command("route-reflector").description("run as the route reflector")
    .action(() => start("route-reflector"));
  cli.command("install").description(
    "prepare the node (plugin, LAN namespace, FRR's start files) and end",
  )
    .argument("[role]", `${ROLES.join(" or ")}`, parseRole, "worker" as Role)
    // The reflector's settings: installing on a worker takes no reflector's address either.
    .action(async (role: Role) => {
      const settings = read("route-reflector");
      if (role === "worker") await checkIp(run, converse);
      await prepareNode(role, settings, programDir, log);
    });
  cli.command("uninstall").description(
    "take back what managers have left on the node (once pods and manager are gone) and end",
  )
    .action(() => uninstallNode(read("route-reflector"), log));
  cli.command("render").description("print FRR's configuration for a role and end")
    .argument("<role>", `${ROLES.join(" or ")}`, parseRole)
    .action(async (role: Role) => print(await render(read(role))));
  cli.command("status").description("show sessions, LANs and MAC addresses of this node")
    .option("--json", "as JSON")
    .action(async ({ json }: { json?: true }) => {
      const status = await readStatus();
      print(json ? JSON.stringify(status, null, 2) + "\n" : renderStatus(status));
    });
  return cli;
}

/** Settings without a flag. */
const SECRETS = "\nBy environment only, as others can read arguments:\n" +
  Object.values<SettingSource>(SOURCES).filter(({ flag }) => flag === undefined)
    .map(({ env, help }) => `  ${env}  ${help}\n`).join("");

async function render(settings: Settings): Promise<string> {
  const vtep = settings.nodeIp ?? (await learnNodeFacts(settings)).vtep;
  const reflectors = addressesOf(await findReflectors(settings.reflectors));
  return renderFrr(modelFrr(settings, vtep, reflectors));
}

function parseRole(text: string): Role {
  const role = ROLES.find((one) => one === text);
  if (role === undefined) {
    throw new SettingsError([
      `the role is ${JSON.stringify(text)}; it must be ${ROLES.join(" or ")}`,
    ]);
  }
  return role;
}
