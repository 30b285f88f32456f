// Reads the text of a lab.check: commands that must come to succeed in a device within a time.

/** `COMMAND` must exit with 0 in the device within so many seconds. */
export interface Expectation {
  readonly device: string;
  readonly seconds: number;
  /** One line for bash. */
  readonly command: string;
}

/** Reads lines `DEVICE SECONDS COMMAND...`; throws `lab.check:LINE: Cannot read ...` at the first wrong one. */
export function parseLabCheck(text: string, devices: ReadonlySet<string>): Expectation[] {
  return text.split("\n").flatMap((source, at) => {
    const line = source.trim();
    if (line === "" || line.startsWith("#")) return [];
    const [, device = "", seconds = "", command = ""] = /^(\S+)\s+(\d+)\s+(.+)$/.exec(line) ?? [];
    const wrong = command === ""
      ? "it is not DEVICE SECONDS COMMAND"
      : devices.has(device)
      ? undefined
      : `${device} is no device of lab.conf`;
    if (wrong !== undefined) {
      throw new Error(`lab.check:${at + 1}: Cannot read ${JSON.stringify(line)}: ${wrong}`);
    }
    return [{ device, seconds: Number(seconds), command }];
  });
}
