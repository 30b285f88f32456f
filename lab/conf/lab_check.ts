// Reads the text of a lab.check: commands that must come to succeed in a device within a time.
import { cut, quote } from "../../shared/quote.ts";

/** `COMMAND` must exit with 0 in the device within so many seconds. */
export interface Expectation {
  readonly device: string;
  readonly seconds: number;
  /** One line for bash. */
  readonly command: string;
}

/** What lab.check says of the pings between neighbours. */
export interface PingRules {
  /** Whether neighbours are pinged at all. */
  readonly pinged: boolean;
  /** Pairs of devices that must not reach each other. */
  readonly separate: readonly (readonly [string, string])[];
}

/** The line that says that neighbours are not pinged. */
const NO_PINGS = /^no-pings$/;
/** The line that says that two devices must not reach each other. */
const NO_PING = /^no-ping\s+(?!\d+\s)(\S+)\s+(\S+)$/;

/** Reads the lines `no-pings` and `no-ping DEVICE DEVICE`; throws as {@link parseLabCheck}. */
export function parsePingRules(text: string, devices: ReadonlySet<string>): PingRules {
  const lines = text.split("\n").map((line) => line.trim());
  const separate = lines.flatMap((line, at) => {
    const [, one, other] = NO_PING.exec(line) ?? [];
    if (one === undefined || other === undefined) return [];
    const stranger = [one, other].find((name) => !devices.has(name));
    if (stranger === undefined) return [[one, other] as const];
    throw wrongLine(at, line, `${cut(stranger)} is no device of lab.conf`);
  });
  return { pinged: !lines.some((line) => NO_PINGS.test(line)), separate };
}

function wrongLine(at: number, line: string, why: string): Error {
  return new Error(`lab.check:${at + 1}: Cannot read ${quote(line)}: ${why}`);
}

/**
 * Reads lines `DEVICE SECONDS COMMAND...`. Throws `lab.check:LINE: Cannot read ...` at the first
 * wrong line.
 */
export function parseLabCheck(text: string, devices: ReadonlySet<string>): Expectation[] {
  return text.split("\n").flatMap((source, at) => {
    const line = source.trim();
    if (line === "" || line.startsWith("#")) return [];
    if (NO_PINGS.test(line) || NO_PING.test(line)) return [];
    const [, device = "", seconds = "", command = ""] = /^(\S+)\s+(\d+)\s+(.+)$/.exec(line) ?? [];
    const wrong = command === ""
      ? "it is not DEVICE SECONDS COMMAND"
      : devices.has(device)
      ? undefined
      : `${cut(device)} is no device of lab.conf`;
    if (wrong !== undefined) throw wrongLine(at, line, wrong);
    return [{ device, seconds: Number(seconds), command }];
  });
}
