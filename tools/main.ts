// The command line of the toolchain: `deno task build`, `deno task image` and `deno task test`.
import { resolve } from "node:path";
import { Argument, Command, Option } from "commander";
import { run } from "../shared/process/exec.ts";
import { ARCH_NAMES, HOST_ARCH } from "./arch.ts";
import { ensureBuilt } from "./build.ts";
import { buildImages } from "./image.ts";
import { DEFAULT_BASE, DEFAULT_TAG } from "./image_plan.ts";
import { type Form, FORMS, runTests } from "./run_tests.ts";

const context = { env: Deno.env.toObject(), log: (line: string) => console.error(line) };

const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** At these signals what was begun is undone, and then this process ends. */
function undoAtSignals(undo: AsyncDisposableStack): void {
  for (const [signal, code] of Object.entries(SIGNALS)) {
    Deno.addSignalListener(signal as keyof typeof SIGNALS, async () => {
      // A terminal's Ctrl-C has ended the programs that this process runs, and other signals have
      // not.
      await run({ argv: ["pkill", "--parent", `${Deno.pid}`] });
      await undo.disposeAsync().catch((error: Error) => console.error(error.message));
      Deno.exit(code);
    });
  }
}

const program = new Command("deno task").enablePositionalOptions();

const archOption = () =>
  new Option("--arch <arch>", "what to build for").choices([...ARCH_NAMES, "all"])
    .default(HOST_ARCH);

program.command("build")
  .description("Builds dist/ARCH/{megalos,manager,lab} where they are not up to date.")
  .addOption(archOption())
  .action(async ({ arch }) => {
    await ensureBuilt(arch === "all" ? ARCH_NAMES : [arch], context);
    console.error(`dist/ is up to date for ${arch === "all" ? ARCH_NAMES.join(", ") : arch}`);
  });

program.command("image")
  .description(
    "Builds the image of manager, plugin and FRR with the first of docker buildx, podman and " +
      "buildah that works here.",
  )
  .option("--tag <name>", "its name; with --arch all, -ARCH is added", DEFAULT_TAG)
  .addOption(archOption())
  .option("--base <image>", "Debian 12 (bookworm) to 14 (forky), whose FRR it has", DEFAULT_BASE)
  .option("--output <file>", "also write an archive for `ctr images import` or `docker load`")
  .action(async ({ tag, arch, base, output }) => {
    const undo = new AsyncDisposableStack();
    undoAtSignals(undo);
    const archs = arch === "all" ? ARCH_NAMES : [arch];
    const file = output === undefined
      ? {}
      : { output: resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), output) };
    for (const line of await buildImages({ archs, tag, base, ...file }, context, undo)) {
      console.log(line);
    }
  });

program.command("test")
  .description("Builds everything and runs all tests; arguments are those of `deno test`.")
  .addOption(
    new Option(
      "--programs <form>",
      "what is tested: compiled programs, the same bundles under `deno run`, or both " +
        "(default: both; compiled where arguments are given)",
    ).choices(FORMS),
  )
  .addArgument(new Argument("[args...]", "such as a file, or --filter NAME"))
  .passThroughOptions().allowUnknownOption()
  .option(
    "--root <debian>",
    "run the tests with another Debian's iproute2, util-linux and FRR: a suite's name " +
      "(bullseye, trixie, ...), which is unpacked in .cache/, or a folder; may be repeated",
    (root: string, roots: string[]) => [...roots, root],
    [] as string[],
  )
  .action(async (args: string[], { programs, root }: { programs?: Form; root: string[] }) => {
    Deno.exit(await runTests({ args, form: programs, roots: root }, context));
  });

try {
  await program.parseAsync(Deno.args, { from: "user" });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
