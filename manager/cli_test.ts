// The command line as a function of its arguments: every setting that has a flag takes it.
import assert from "node:assert/strict";
import { type Process, runCli } from "./cli.ts";
import { type SettingSource, SOURCES } from "./settings.ts";

Deno.test("every setting's flag counts", async () => {
  const complaints: string[] = [];
  const process: Process = {
    ...{ env: () => undefined, programDir: "/", print() {}, columns: 80, isTerminal: false },
    ...{ isColoured: false, signal: AbortSignal.abort(), cpuSeconds: () => 0 },
    complain: (line) => void complaints.push(line),
  };
  const settings = Object.values<SettingSource>(SOURCES).filter(({ flag }) => flag !== undefined);
  // No setting may have this value.
  const flags = settings.flatMap(({ flag }) => [flag!.split(" ", 1)[0]!, " ?"]);
  assert.equal(await runCli(process, ["render", "worker", ...flags]), 2);
  for (const { env } of settings) {
    const complaint = `Cannot start: ${env} is " ?"`;
    assert.ok(complaints.some((line) => line.startsWith(complaint)), `${env}\n${complaints}`);
  }
});
