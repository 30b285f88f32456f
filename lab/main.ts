// Runs the lab's command line in this process: its terminal, its signals, its exit code.
import { resolve } from "node:path";
import { runCommand } from "./cli.ts";
import { nameSelf } from "./commands/self.ts";
import { unpack } from "./installation/carried.ts";
import { buildPrograms, CHECKOUT } from "./installation/checkout.ts";
import { harmlessLines } from "../shared/harmless.ts";
import { run } from "../shared/process/exec.ts";
import { sleep } from "../shared/process/time.ts";
import { setTimeScale, TIME_SCALE } from "../shared/process/time_scale.ts";
import { COLOURS, PLAIN } from "./report/table.ts";
import { PROGRAMS } from "../tools/permissions.ts";

const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const { standalone } = Deno.build;
const start = performance.now();
let failure = 1;

/** Calls `listen` at these signals from here on; they no longer end the process. */
function onSignals(listen: (signal: keyof typeof SIGNALS) => void): void {
  for (const signal of Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]) {
    Deno.addSignalListener(signal, () => listen(signal));
  }
}

function awaitInterrupt(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  onSignals((signal) => {
    failure = SIGNALS[signal];
    reject(new Error(`Interrupted by ${signal}`));
  });
  return promise;
}

/** Milliseconds after which this process tells what it runs again to go on. */
const CONTINUE_AFTER = [50, 250, 1000] as const;

/**
 * Lets Ctrl-Z and `fg` reach the program in a device. nsenter(1) stops with its child, and notices
 * the child's stop only when both go on. Then nsenter stops once more, and nobody would wake it.
 */
function passOnContinue(): void {
  let isUnderWay = false;
  Deno.addSignalListener("SIGCONT", async () => {
    // The signal also comes back to this process, which is in the group that it tells to go on.
    if (isUnderWay) return;
    isUnderWay = true;
    for (const ms of CONTINUE_AFTER) {
      await sleep(ms);
      await run({ argv: ["kill", "-CONT", "0"] });
    }
    isUnderWay = false;
  });
}

/** Clears a terminal first; other output gets a blank line after each text. */
function show(text: string): void {
  console.log(Deno.stdout.isTerminal() ? `\x1b[H\x1b[2J${text}` : `${text}\n`);
}

/** A run from source may read every variable; the executable only the variables of its table. */
function readEnvironment(): Record<string, string> {
  if (!standalone) return Deno.env.toObject();
  const names = PROGRAMS.lab.may.env.filter((name) => !name.endsWith("*"));
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

// Others on nodes and devices read the files made there, whatever the user's own umask is.
Deno.umask(0o022);
try {
  const env = readEnvironment();
  setTimeScale(env[TIME_SCALE]);
  // `deno task` itself changes to the checkout.
  const cwd = standalone ? Deno.cwd() : env.INIT_CWD ?? Deno.cwd();
  const executable = Deno.execPath();
  const isRoot = Deno.uid() === 0;
  const warn = (text: string) => console.error(harmlessLines(text));
  const log = (line: string) =>
    warn(`${((performance.now() - start) / 1000).toFixed(1).padStart(5)} s  ${line}`);
  const cache = isRoot
    ? "/var/cache/megalos-lab"
    : `${env.XDG_CACHE_HOME ?? `${env.HOME ?? "/tmp"}/.cache`}/megalos-lab`;
  const code = await runCommand(Deno.args, {
    env,
    self: nameSelf({ standalone, executable, env, cwd }),
    selfAnywhere: nameSelf({ standalone, executable, env, cwd: "/" }).replace(
      " task",
      " task --quiet",
    ),
    isRoot,
    isInteractive: Deno.stdout.isTerminal(),
    palette: Deno.stdout.isTerminal() && !Deno.noColor ? COLOURS : PLAIN,
    cwd,
    resolve: (path) => resolve(cwd, path),
    findFiles: () => standalone ? unpack(executable, cache) : Promise.resolve(CHECKOUT),
    buildPrograms: () => standalone ? Promise.resolve() : buildPrograms({ env, log }),
    print: (text) => console.log(text),
    show,
    log,
    warn,
    awaitInterrupt,
    ignoreInterrupts: () => {
      onSignals(() => {});
      passOnContinue();
    },
  });
  Deno.exit(code);
} catch (error) {
  console.error(harmlessLines(error instanceof Error ? error.message : String(error)));
  Deno.exit(failure);
}
