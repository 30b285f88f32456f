// The command `lab up`, which is also what `lab` alone means.
import type { Command } from "commander";
import { PATIENCE } from "../devices/startup.ts";
import { renderReport } from "../report/table.ts";
import { up, type UpOptions } from "../up.ts";
import {
  append,
  folderArgument,
  type Json,
  toName,
  toSeconds,
  toWorkerCount,
} from "./arguments.ts";
import { type Session, toJson } from "./terminal.ts";

const DEFAULT_NAME = "lab";

export function addUp(program: Command, terminal: Session): void {
  const { print, log, palette } = terminal;
  program.command("up", { isDefault: true })
    .description(
      "start the lab in DIR, check it, and take it down unless --keep is given (the default)",
    )
    .addArgument(folderArgument(terminal))
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
      terminal.end(ok ? 0 : 1);
    });
}
