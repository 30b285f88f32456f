// Runs a program in another network namespace.

/** The argv that runs a program in the namespace at `netns`. (`ip -n` takes no path and remounts /sys each time.) */
export function inNetns(
  netns: string,
  argv: readonly [string, ...string[]],
): [string, ...string[]] {
  return ["nsenter", `--net=${netns}`, "--", ...argv];
}
