// The command `lab save`: what was changed in devices goes back into the lab's folder.
import type { Command } from "commander";
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
        const paths = await saveDevice(lab, device);
        for (const path of paths) terminal.print(`${device.name}/${path.replace(/^\.\//, "")}`);
        count += paths.length;
      }
      terminal.warn(count === 0 ? "Nothing has changed." : `${count} files are now in ${dir}`);
    });
}
