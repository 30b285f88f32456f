// The manager as a process: arguments, environment and signals in, the exit code out (0 done, 1 failed, 2 wrong settings).
import { dirname } from "node:path";
import { CommanderError } from "commander";
import { FaultError } from "../shared/faults.ts";
import { buildCli } from "./cli.ts";
import { logToStderr } from "./log.ts";
import { SettingsError } from "./settings.ts";

const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.addSignalListener(signal, () => stop.abort());
}

function tell(error: unknown): string {
  if (!(error instanceof FaultError)) return String(error);
  const { msg, details } = error.fault;
  return details === undefined ? msg : `${msg} (${details})`;
}

const cli = buildCli({
  env: (name) => Deno.env.get(name),
  // Under `deno run` the executable is Deno, and the bundle lies where the programs are.
  programDir: Deno.build.standalone ? dirname(Deno.execPath()) : import.meta.dirname ?? ".",
  print: (text) => Deno.stdout.writeSync(new TextEncoder().encode(text)),
  log: logToStderr,
  signal: stop.signal,
});
try {
  await cli.parseAsync(Deno.args, { from: "user" });
  Deno.exit(0);
} catch (error) {
  if (error instanceof CommanderError) Deno.exit(error.exitCode === 0 ? 0 : 2);
  if (error instanceof SettingsError) {
    for (const line of error.wrong) console.error(`Cannot start: ${line}`);
    Deno.exit(2);
  }
  logToStderr("error", tell(error));
  Deno.exit(1);
}
