// The command line of `manager`: roles, their settings, and what people ask it.
import { Command } from "commander";
import { RUNTIME, VERSION } from "../shared/version.ts";
import { modelFrr } from "./frr/model.ts";
import { renderFrr } from "./frr/render.ts";
import { learnNodeFacts } from "./install/write_node_facts.ts";
import { prepareNode } from "./install/prepare_node.ts";
import type { Log } from "./log.ts";
import { runManager } from "./run.ts";
import {
  type Given,
  readSettings,
  type Role,
  roleOfEnvironment,
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

/** Builds the commands. Without one, the role is IS_CONTROL_PLANE's, as in the original. */
export function buildCli({ env, programDir, print, log, signal }: Process): Command {
  const start = (role: Role, flags: Given) =>
    runManager(role, readSettings(flags, env, role), programDir, log, signal);
  const cli = withSettings(new Command("manager"))
    .description(
      "Megalos manager: BGP EVPN for the LANs of a node, and the route reflector between nodes.",
    )
    .version(`manager ${VERSION} (${RUNTIME})`)
    .action((flags: Given) => start(roleOfEnvironment(env), flags))
    .enablePositionalOptions();
  withSettings(cli.command("worker")).description("run on a worker: speaker, plugin, LANs")
    .action((flags: Given) => start("worker", flags));
  withSettings(cli.command("route-reflector")).description("run as the route reflector")
    .action((flags: Given) => start("route-reflector", flags));
  withSettings(cli.command("install")).description(
    "prepare the node (plugin, LAN namespace, FRR's start files) and end",
  )
    .argument("[role]", `${ROLES.join(" or ")}`, parseRole, "worker" as Role)
    .action((role: Role, flags: Given) =>
      prepareNode(role, readSettings(flags, env, "route-reflector").cniBinDir, programDir, log)
    );
  withSettings(cli.command("render")).description("print FRR's configuration for a role and end")
    .argument("<role>", `${ROLES.join(" or ")}`, parseRole)
    .action(async (role: Role, flags: Given) =>
      print(await render(role, readSettings(flags, env, role)))
    );
  cli.command("status").description("show sessions, LANs and MAC addresses of this node")
    .option("--json", "as JSON")
    .action(async ({ json }: { json?: true }) => {
      const status = await readStatus();
      print(json ? JSON.stringify(status, null, 2) + "\n" : renderStatus(status));
    });
  return cli;
}

async function render(role: Role, settings: Settings): Promise<string> {
  const vtep = settings.nodeIp ?? (await learnNodeFacts(settings)).vtep;
  return renderFrr(modelFrr(role, vtep, settings));
}

function withSettings(command: Command): Command {
  for (const source of Object.values<SettingSource>(SOURCES)) {
    const byDefault = source.default === undefined ? "" : ` (default: ${source.default})`;
    command.option(source.flag, `${source.help} [${source.env}]${byDefault}`);
  }
  return command;
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
