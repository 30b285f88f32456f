// The command `lab install`: programs for devices, which have what their machine has.
import type { Command } from "commander";
import { ensurePackages } from "../../tools/debian.ts";
import { findPackage, TOOLBOX } from "../programs/debian_packages.ts";
import { labDirOf, listLabs, readRecord } from "../record.ts";
import { refreshDevices } from "../running/refresh.ts";
import type { Session } from "./terminal.ts";

/** Debian's own rule for names of packages. */
const PACKAGE = /^[a-z0-9][a-z0-9+.-]+$/;

export function addInstall(program: Command, terminal: Session): void {
  program.command("install")
    .description("install programs for devices on this machine: Debian packages")
    .argument("<program...>", "`toolbox`, or names of programs or packages, such as dig")
    .action(async (words: string[]) => {
      const packages = [...new Set(words.flatMap(listPackages))];
      await ensurePackages(packages, terminal);
      for (const name of await listLabs()) {
        const record = await readRecord(labDirOf(name)).catch(() => undefined);
        if (record !== undefined) await refreshDevices({ name, record });
      }
      terminal.warn(`Installed: ${packages.join(" ")}`);
    });
}

function listPackages(word: string): readonly string[] {
  if (word === "toolbox") return TOOLBOX;
  const name = findPackage(word) ?? word;
  if (PACKAGE.test(name)) return [name];
  throw new Error(`Cannot install ${word}: it is no name of a program or a Debian package`);
}
