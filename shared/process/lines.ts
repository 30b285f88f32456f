// Hands on what a program prints line by line, however much it is: nothing is kept.
import type { Command, Completed } from "./command.ts";
import type { Run } from "./exec.ts";

/** What is kept of the output, for a failure's words. */
const KEPT_BYTES = 4_096;

/** Runs a program and calls `take` with each line of its standard output as it comes. */
export async function runByLine(
  run: Run,
  command: Omit<Command, "maxOutputBytes" | "heard">,
  take: (line: string) => void,
): Promise<Completed> {
  const lines = lineSplitter(take);
  const done = await run({
    ...command,
    maxOutputBytes: KEPT_BYTES,
    heard: (part, stream) => stream === "stdout" && lines.hear(part),
  });
  lines.end();
  return done;
}

/** Parts of a text in their order, as its lines. */
function lineSplitter(take: (line: string) => void) {
  let pending = "";
  return {
    hear(part: string): void {
      const lines = (pending + part).split("\n");
      pending = lines.pop() ?? "";
      for (const line of lines) take(line);
    },
    /** Takes what stands behind the last newline. */
    end(): void {
      if (pending !== "") take(pending);
      pending = "";
    },
  };
}
