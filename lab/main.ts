// Runs the lab's command line in this process: its terminal, its signals, its exit code.
import { resolve } from "node:path";
import { runCommand } from "./cli.ts";
import { setTimeScale, TIME_SCALE } from "../shared/process/time_scale.ts";
import { COLOURS, PLAIN } from "./report/table.ts";

const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
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

// Files that nodes and devices make are read by others there, whatever the user's own umask is.
Deno.umask(0o022);
try {
  const env = Deno.env.toObject();
  setTimeScale(env[TIME_SCALE]);
  const code = await runCommand(Deno.args, {
    env,
    palette: Deno.stdout.isTerminal() && env.NO_COLOR === undefined ? COLOURS : PLAIN,
    // `deno task` itself changes to the checkout.
    resolve: (path) => resolve(env.INIT_CWD ?? Deno.cwd(), path),
    print: (text) => console.log(text),
    log: (line) =>
      console.error(`${((performance.now() - start) / 1000).toFixed(1).padStart(5)} s  ${line}`),
    awaitInterrupt,
    ignoreInterrupts: () => onSignals(() => {}),
  });
  Deno.exit(code);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(failure);
}
