// Runs the lab's command line in this process: its terminal, its signals, its exit code.
import { resolve } from "node:path";
import { runCommand } from "./cli.ts";
import { nameSelf } from "./commands/self.ts";
import { unpack } from "./installation/carried.ts";
import { buildPrograms, CHECKOUT } from "./installation/checkout.ts";
import { setTimeScale, TIME_SCALE } from "../shared/process/time_scale.ts";
import { COLOURS, PLAIN } from "./report/table.ts";
import { PROGRAMS } from "../tools/permissions.ts";

const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const { standalone } = Deno.build;
const start = performance.now();
let failure = 1;

/** What these signals do from here on, instead of ending the process. */
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

/** From source everything is allowed; the executable may read the variables of its table only. */
function readEnvironment(): Record<string, string> {
  if (!standalone) return Deno.env.toObject();
  const names = PROGRAMS.lab.may.env.filter((name) => !name.endsWith("*"));
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

// Files that nodes and devices make are read by others there, whatever the user's own umask is.
Deno.umask(0o022);
try {
  const env = readEnvironment();
  setTimeScale(env[TIME_SCALE]);
  // `deno task` itself changes to the checkout.
  const cwd = standalone ? Deno.cwd() : env.INIT_CWD ?? Deno.cwd();
  const executable = Deno.execPath();
  const isRoot = Deno.uid() === 0;
  const log = (line: string) =>
    console.error(`${((performance.now() - start) / 1000).toFixed(1).padStart(5)} s  ${line}`);
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
    palette: Deno.stdout.isTerminal() && env.NO_COLOR === undefined ? COLOURS : PLAIN,
    cwd,
    resolve: (path) => resolve(cwd, path),
    findFiles: () => standalone ? unpack(executable, cache) : Promise.resolve(CHECKOUT),
    buildPrograms: () => standalone ? Promise.resolve() : buildPrograms({ env, log }),
    print: (text) => console.log(text),
    log,
    warn: (line) => console.error(line),
    awaitInterrupt,
    ignoreInterrupts: () => onSignals(() => {}),
  });
  Deno.exit(code);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(failure);
}
