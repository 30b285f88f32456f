// A way to a port of any address by a port of this machine, for one connection.
import { describe } from "../../shared/process/command.ts";
import { converse } from "../../shared/process/exec.ts";
import script from "./forward.py" with { type: "text" };

/** Leads there until it is disposed. */
export interface Way extends AsyncDisposable {
  /** `host:port` of this machine. */
  readonly authority: string;
}

/**
 * Deno permits a program either all networks of IPv6 or single addresses, and this one is permitted
 * none. Python has no such list.
 * @throws {Error} when there is no Python, or no port
 */
export async function forward(address: string, port: number): Promise<Way> {
  const argv = ["python3", "-I", "-S", "-c", script, address, `${port}`] as const;
  // Nothing is said to it, so its time does not begin.
  const conversation = converse({ argv });
  if (conversation === undefined) throw new Error("python3, which leads to IPv6, is not installed");
  const own = await conversation.readLine("stdout");
  if (own === undefined) throw new Error(describe(await conversation.end()));
  return {
    authority: `127.0.0.1:${own}`,
    [Symbol.asyncDispose]: async () => void await conversation.end(),
  };
}
