// Runs a program in another network namespace.
import type { Argv } from "./command.ts";

/**
 * Runs `argv` in the namespace at `netns`. (`ip -n` takes no path, and remounts /sys each time.)
 */
export function inNetns(netns: string, argv: Argv): Argv {
  return ["nsenter", `--net=${netns}`, "--", ...argv];
}
