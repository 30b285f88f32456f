// The commands `lab ps` and `lab logs`: what is known of a lab that is up.
import type { Command } from "commander";
import { harmless, toJson } from "../../shared/harmless.ts";
import { sleep } from "../../shared/process/time.ts";
import { labDirOf, listLabs, readRecord } from "../record.ts";
import { listInterfaces } from "../report/report.ts";
import { renderInterfaces } from "../report/table.ts";
import type { FoundLab } from "../running/find.ts";
import { planLogs } from "../running/logs.ts";
import { observeDevices } from "../running/observe.ts";
import { findNamed, type Json, type Named, namedCommand } from "./arguments.ts";
import { runAttended, type Session } from "./terminal.ts";

interface PsOptions extends Named, Json {
  readonly all: boolean;
  readonly quiet: boolean;
  readonly watch: boolean;
}

/** The pause between two looks of `ps --watch`. */
const WATCH_MS = 2000;

export function addPs(program: Command, terminal: Session): void {
  namedCommand(program, terminal, "ps", "list the devices of a lab that is up, as they are now")
    .alias("linfo")
    .option("-a, --all", "of all labs that are up", false)
    .option("--json", "print JSON", false)
    .option("-q, --quiet", "print the names of the devices only", false)
    .option("-w, --watch", "look again every two seconds, until Ctrl-C", false)
    .action(async (options: PsOptions) => {
      if (!options.watch) {
        const text = await describeLabs(options, terminal);
        return text === undefined ? terminal.warn("No lab is up.") : terminal.print(text);
      }
      while (true) {
        terminal.show(await describeLabs(options, terminal) ?? "No lab is up.");
        await sleep(WATCH_MS);
      }
    });
}

/** Describes the labs that are meant as they are now; undefined where no lab is up. */
async function describeLabs(
  { all, json, quiet, ...named }: PsOptions,
  terminal: Session,
): Promise<string | undefined> {
  const { palette } = terminal;
  const labs = all ? await readLabs() : [await findNamed(named, terminal)];
  if (quiet) {
    const names = labs.flatMap(({ record }) => record.devices.map(({ name }) => name));
    return names.length === 0 ? undefined : names.join("\n");
  }
  const found = await Promise.all(labs.map(async ({ name, record }) => ({
    name,
    dir: record.dir,
    interfaces: listInterfaces(record.devices, [], await observeDevices(record)),
  })));
  if (json) return toJson(all ? found : found[0]!.interfaces, 2);
  if (labs.length === 0) return undefined;
  const tables = found.map(({ name, dir, interfaces }) =>
    (all ? `${palette.heading(name)}  ${harmless(dir)}\n` : "") +
    renderInterfaces(
      interfaces,
      palette,
      "STARTUP",
      ({ startup = "-" }) => startup === "errors" ? palette.bad(startup) : startup,
    )
  );
  return tables.join("\n\n");
}

/** Lists all labs. A lab that is only about to start, or half taken down, has nothing to show. */
async function readLabs(): Promise<FoundLab[]> {
  const names = await listLabs();
  const labs = await Promise.all(names.map(async (name) => {
    const record = await readRecord(labDirOf(name)).catch(() => undefined);
    return record === undefined ? [] : [{ name, record }];
  }));
  return labs.flat();
}

export function addLogs(program: Command, terminal: Session): void {
  const description = "print what the startup of a device has said, or the services of a node";
  namedCommand(program, terminal, "logs", description)
    .argument("<device>")
    .option("-f, --follow", "go on with what is said from now on", false)
    .action(async (device: string, { follow, ...named }: Named & { readonly follow: boolean }) => {
      const plan = await planLogs(await findNamed(named, terminal), device, follow);
      await runAttended({ terminal, ...plan });
    });
}
