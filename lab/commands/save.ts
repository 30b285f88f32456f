// The command `lab save`: what was changed in devices goes back into the lab's folder.
import type { Command } from "commander";
import { harmless } from "../../shared/harmless.ts";
import { plural } from "../report/table.ts";
import { findDevice } from "../running/find.ts";
import { saveDevice } from "../running/save.ts";
import { findNamed, type Named, namedCommand } from "./arguments.ts";
import type { Session } from "./terminal.ts";

export function addSave(program: Command, terminal: Session): void {
  const description =
    "copy files that were changed in devices, all or those named, into the lab's folder";
  namedCommand(program, terminal, "save", description)
    .argument("[device...]")
    .action(async (names: string[], named: Named) => {
      const lab = await findNamed(named, terminal);
      const { devices, dir } = lab.record;
      const unknown = names.filter((name) => findDevice(lab.record, name) === undefined);
      if (unknown.length > 0) {
        const all = devices.map(({ name }) => name).join(", ");
        throw new Error(`Cannot save ${unknown.join(", ")}: no such device among ${all}`);
      }
      const wanted = devices.filter(({ name }) => names.length === 0 || names.includes(name));
      let count = 0;
      for (const device of wanted) {
        for (const { path, left } of await saveDevice(lab, device)) {
          // A device may give a file any name.
          const name = harmless(`${device.name}/${path}`);
          if (left !== undefined) terminal.warn(`${name} is left: ${harmless(left)}`);
          else terminal.print(name);
          count += left === undefined ? 1 : 0;
        }
      }
      terminal.warn(
        count === 0 ? "Nothing has changed." : `${plural(count, "file")} saved in ${dir}`,
      );
    });
}
