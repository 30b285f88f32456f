// The command line of the toolchain: `deno task build` and `deno task test`.
import { Argument, Command, Option } from "commander";
import { ARCH_NAMES, HOST_ARCH } from "./arch.ts";
import { ensureBuilt } from "./build.ts";
import { runTests } from "./run_tests.ts";

const surroundings = { env: Deno.env.toObject(), log: (line: string) => console.error(line) };

const program = new Command("deno task").enablePositionalOptions();

program.command("build")
  .description("Builds dist/ARCH/{megalos,manager} where they are not up to date.")
  .addOption(
    new Option("--arch <arch>", "what to build for").choices([...ARCH_NAMES, "all"])
      .default(HOST_ARCH),
  )
  .action(async ({ arch }) => {
    await ensureBuilt(arch === "all" ? ARCH_NAMES : [arch], surroundings);
    console.error(`dist/ is up to date for ${arch === "all" ? ARCH_NAMES.join(", ") : arch}`);
  });

program.command("test")
  .description("Builds everything and runs all tests; arguments are those of `deno test`.")
  .addArgument(new Argument("[args...]", "such as a file, or --filter NAME"))
  .passThroughOptions().allowUnknownOption()
  .action(async (args: string[]) => Deno.exit(await runTests(args, surroundings)));

try {
  await program.parseAsync(Deno.args, { from: "user" });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
