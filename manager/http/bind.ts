// Listens on the addresses of a choice: this machine's own, or all.
import { type Answer, type Bounds, listen, type Tls } from "./listen.ts";

/** Who may ask. */
export const LISTEN = ["loopback", "all"] as const;
export type Listen = typeof LISTEN[number];
/** One socket of "::" takes both families, unless the node has bindv6only. */
const ADDRESSES = { loopback: ["127.0.0.1", "::1"], all: ["::", "0.0.0.0"] } as const;

export interface Place {
  readonly port: number;
  readonly who: Listen;
  readonly tls?: Tls;
}

/**
 * Serves until the answer is disposed.
 * @throws {Error} when the port is another program's, or the certificate cannot be used
 */
export function bind({ port, who, tls }: Place, answer: Answer, bounds?: Bounds): Disposable {
  const servers = new DisposableStack();
  let isServed = false;
  let cause: unknown;
  for (const hostname of ADDRESSES[who]) {
    try {
      servers.use(listen({ hostname, port, ...tls }, answer, bounds));
      isServed = true;
    } catch (error) {
      cause = error;
    }
  }
  if (isServed) return servers;
  const said = cause instanceof Error ? cause.message : cause;
  throw new Error(`Cannot serve HTTP on port ${port}: ${said}`, { cause });
}
