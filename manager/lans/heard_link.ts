// What a line of `ip -o -details monitor link` says about a device.
import type { Link } from "../../shared/iproute2/link.ts";

/** A device that is new or has changed. */
export type HeardLink = Pick<Link, "ifindex" | "ifname" | "master" | "alias" | "carrier">;

/**
 * Undefined for a device that is deleted. A line of the bridge's own family of messages has no
 * alias, whatever the device has.
 */
export function parseHeard(line: string): HeardLink | undefined {
  const [, ifindex, ifname] = /^(\d+): ([^:@\s]+)[:@]/.exec(line) ?? [];
  if (ifname === undefined) return undefined;
  // `ip -o` writes "\" where it would begin a new line.
  const [first = "", ...others] = line.split("\\");
  const [, flags = ""] = /<([^<>]*)>/.exec(first) ?? [];
  const [, master] = / master (\S+) /.exec(first) ?? [];
  const [alias] = others.flatMap((text) => /^ +alias (.*?) *$/.exec(text)?.[1] ?? []);
  return {
    ifindex: Number(ifindex),
    ifname,
    ...(flags.split(",").includes("LOWER_UP") && { carrier: true }),
    ...(master !== undefined && { master }),
    ...(alias !== undefined && { alias }),
  };
}
