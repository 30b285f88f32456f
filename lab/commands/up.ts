// The command `lab up`, which is also what `lab` alone means, and Kathara's `lstart`.
import type { Command } from "commander";
import { toJson } from "../../shared/harmless.ts";
import { PATIENCE } from "../devices/startup.ts";
import { listLabs } from "../record.ts";
import { findLab } from "../running/find.ts";
import { renderReport } from "../report/table.ts";
import { up, type UpOptions } from "../up.ts";
import {
  append,
  type Json,
  makeName,
  toBytes,
  toName,
  toSeconds,
  toWorkerCount,
} from "./arguments.ts";
import { findTarget } from "./target.ts";
import type { Session } from "./terminal.ts";
import { openWindows, requireTmux } from "./windows.ts";

interface Options extends Omit<UpOptions, "dir" | "devices" | "chooseName">, Json {
  readonly directory?: string;
  readonly name?: string;
  readonly tmux: boolean;
}

export function addUp(program: Command, terminal: Session): void {
  addStart(program, terminal, "up")
    .description("start a lab, check it, and take it down unless --keep is given")
    .option("-k, --keep", "leave the lab up", false);
}

/** The lab stays up by default, as in Kathara. */
export function addLstart(program: Command, terminal: Session): void {
  addStart(program, terminal, "lstart").description("`up --keep`")
    .option("--no-keep", "take the lab down once it is checked");
}

function addStart(program: Command, terminal: Session, name: string): Command {
  return program.command(name)
    .argument("[dir]", "folder with a lab.conf, by default the one that you are in")
    .argument("[device...]", "start these devices only")
    .option("-d, --directory <dir>", "the folder, where all words are devices", terminal.resolve)
    .option("-n, --nodes <count>", "number of workers", toWorkerCount, 2)
    .option("-p, --place <device=node>", "put a device on a node, again for each", append, [])
    .option("--name <name>", "name of the running lab, by default that of its folder", toName)
    .option("--ipv6", "give devices IPv6 that do not say", false)
    .option("--install", "install Debian packages for programs that startups use", false)
    .option("--room <size>", "what the files of a device may take, such as 512m", toBytes)
    .option("--patience <seconds>", "how long to wait for a startup", toSeconds, PATIENCE)
    .option("--json", "print the report as JSON", false)
    .option("--tmux", "leave the lab up, and open a window of tmux for each device", false)
    .action((dir: string | undefined, devices: string[], options: Options) =>
      start(dir === undefined ? [] : [dir, ...devices], options, terminal)
    );
}

async function start(
  words: readonly string[],
  { json, directory, name, tmux, ...options }: Options,
  terminal: Session,
): Promise<void> {
  const { print, palette, env, cwd } = terminal;
  if (tmux) await requireTmux(terminal);
  const keep = options.keep || tmux;
  const target = await findTarget(words, directory, terminal);
  const chooseName = (title: string | undefined) =>
    name ?? env.LAB_NAME ?? makeName(title ?? "") ?? makeName(target.dir.replace(/^.*\//, "")) ??
      "lab";
  const done = await up({ ...target, ...options, keep, chooseName }, {
    ...terminal,
    print: (report) => print(json ? toJson(report, 2) : renderReport(report, palette)),
    interrupted: terminal.awaitInterrupt(),
  });
  if (keep) await sayHowToGoOn(done.name, terminal);
  if (tmux) await openWindows(await findLab({ name: done.name, cwd }), terminal);
  terminal.end(done.ok ? 0 : 1);
}

async function sayHowToGoOn(name: string, { self, log }: Session): Promise<void> {
  const which = (await listLabs()).length === 1 ? "" : ` --name ${name}`;
  log(`${name} stays up. A shell in a device: ${self} connect${which} DEVICE`);
  log(`Its devices: ${self} ps${which}`);
  log(`Its live map: ${self} map${which}`);
  log(`Take it down: ${self} down${which}`);
}
