// The command `lab examples`: lists the labs that come with this program, and copies one.
import type { Command } from "commander";
import type { Session } from "./terminal.ts";

export function addExamples(program: Command, terminal: Session): void {
  const { print, resolve, self } = terminal;
  program.command("examples")
    .description("list the labs that come with this program, or copy one into a folder")
    .argument("[example]").argument("[dir]", "a folder that is not there yet")
    .action(async (example: string | undefined, dir: string | undefined) => {
      const { examples } = await terminal.findFiles();
      const names = (await Array.fromAsync(Deno.readDir(examples)))
        .filter(({ isDirectory }) => isDirectory).map(({ name }) => name).sort();
      if (example === undefined) {
        print(names.join("\n"));
        return terminal.warn(`A copy of one to work with: ${self} examples ${names[0]} my-lab`);
      }
      if (!names.includes(example)) {
        throw new Error(`Cannot copy ${example}: it is none of ${names.join(", ")}`);
      }
      const target = dir === undefined ? resolve(example) : dir;
      await copyFolder(`${examples}/${example}`, resolve(target));
      terminal.warn(`${example} is in ${resolve(target)}`);
    });
}

async function copyFolder(from: string, to: string): Promise<void> {
  try {
    await Deno.mkdir(to);
  } catch (cause) {
    const why = cause instanceof Deno.errors.AlreadyExists
      ? "it is there already"
      : (cause as Error).message;
    throw new Error(`Cannot make ${to}: ${why}`, { cause });
  }
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}
