// The manager as a process: arguments, environment and signals in, text and the exit code out.
import { dirname } from "node:path";
import process from "node:process";
import { onOneLine } from "../shared/harmless.ts";
import { runCli } from "./cli.ts";

/** How wide lines are where standard output is no terminal. */
const COLUMNS = 100;

const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.addSignalListener(signal, () => stop.abort());
}

const code = await runCli({
  env: (name) => Deno.env.get(name),
  // Under `deno run` the executable is Deno, and the bundle lies where the programs are.
  programDir: Deno.build.standalone ? dirname(Deno.execPath()) : import.meta.dirname ?? ".",
  print: printAll,
  complain: (line) => console.error(onOneLine(line)),
  columns: Deno.stdout.isTerminal() ? Deno.consoleSize().columns || COLUMNS : COLUMNS,
  isTerminal: Deno.stdout.isTerminal(),
  isColoured: Deno.stdout.isTerminal() && !Deno.noColor,
  signal: stop.signal,
  cpuSeconds() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
}, Deno.args);
Deno.exit(code);

/** A pipe may take a text in parts. */
function printAll(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
