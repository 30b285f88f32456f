// How the runtime is told of a fault: codes and JSON (CNI spec 1.1.0, section 5, "Error").
import { describe } from "../shared/process/command.ts";
import { type Fault, FaultError } from "../shared/faults.ts";
import { harmless, onOneLine } from "../shared/harmless.ts";
import { SessionEnded } from "../shared/iproute2/session.ts";
import type { CniVersion } from "./versions.ts";

/** Codes from 100 are this plugin's own. */
const CODES = {
  "incompatible-version": 1,
  "environment": 4,
  "io": 5,
  "decode": 6,
  "config": 7,
  "netns": 8,
  "try-later": 11,
  "not-available": 50,
  "check": 100,
  "kernel": 101,
  "internal": 999,
} as const satisfies Record<Fault["kind"], number>;

/** Runtimes show an error in one line, in characters. */
const MAX_MSG = 300;

/**
 * The error as printed on stdout. Runtimes take its texts out of the JSON and show them, such as
 * Kubernetes in a pod's events.
 */
export function renderError(fault: Fault, cniVersion: CniVersion): string {
  const { kind, details } = fault;
  const msg = onOneLine(fault.msg);
  return JSON.stringify({
    cniVersion,
    code: CODES[kind],
    // The end may be half of a character.
    msg: msg.length <= MAX_MSG ? msg : `${harmless(msg.slice(0, MAX_MSG - 3))}...`,
    ...(details !== undefined && { details: onOneLine(details) }),
  });
}

/** Makes a fault of whatever was thrown. */
export function toFault(thrown: unknown): Fault {
  if (thrown instanceof FaultError) return thrown.fault;
  if (thrown instanceof SessionEnded) {
    return {
      kind: "try-later",
      msg: "Cannot talk to the kernel: ip has ended early",
      details: describe(thrown.completed),
    };
  }
  if (thrown instanceof Deno.errors.NotCapable || !(thrown instanceof Error)) {
    return { kind: "internal", msg: `Cannot go on: ${thrown}` };
  }
  if (thrown instanceof Deno.errors.Interrupted) {
    return { kind: "try-later", msg: `Cannot go on: ${thrown.message}` };
  }
  // Errors of the file system carry the code of their system call.
  const kind = "code" in thrown ? "io" : "internal";
  return { kind, msg: `Cannot go on: ${thrown.message}`, details: thrown.name };
}
