// Reads what `deno test --reporter=tap` prints, line by line, while it is printed.

/** A test that has ended. */
export interface TestEnd {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** Why it failed, steps first; empty for others. */
  readonly messages: readonly string[];
}

/**
 * Answers a function that takes each line, and answers which test has ended with the line, if any.
 */
export function tapReader(): (line: string) => TestEnd | undefined {
  let messages: string[] = [];
  let failed: string | undefined;
  return (line) => {
    const [, indent, not, name = "", skip] = /^(\s*)(not )?ok \d+ - (.*?)( # SKIP)?$/.exec(line) ??
      [];
    if (indent === "") {
      if (not === undefined) {
        messages = [];
        return { name, outcome: skip === undefined ? "passed" : "skipped", messages: [] };
      }
      failed = name;
      return undefined;
    }
    const message = readMessage(line);
    if (message !== undefined) messages.push(message);
    // The end of the diagnosis that follows a failed test.
    if (line !== "  ..." || failed === undefined) return undefined;
    const end: TestEnd = { name: failed, outcome: "failed", messages };
    [failed, messages] = [undefined, []];
    return end;
  };
}

/** Text without the colours of a terminal; undefined for lines that are no diagnosis. */
function readMessage(line: string): string | undefined {
  if (!line.trimStart().startsWith('{"message":')) return undefined;
  try {
    const { message } = JSON.parse(line) as { readonly message: string };
    // deno-lint-ignore no-control-regex
    return message.replace(/\x1b\[[0-9;]*m/g, "");
  } catch {
    return undefined;
  }
}
