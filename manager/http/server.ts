// The manager's HTTP side: what kubelet's probes ask.
import { Hono } from "hono";
import type { Verdict } from "../loop/health.ts";
import { listen } from "./listen.ts";

/** The verdicts of this moment. */
export interface Probes {
  alive(): Verdict;
  ready(): Verdict;
}

/** `GET /healthz` and `GET /readyz`: 200 and "ok", or 503 and the reasons, a line each. */
export function routes(probes: Probes): Hono {
  const app = new Hono();
  for (const [path, verdict] of [["/healthz", "alive"], ["/readyz", "ready"]] as const) {
    app.get(path, (context) => {
      const { ok, reasons } = probes[verdict]();
      return context.text(ok ? "ok\n" : reasons.join("\n") + "\n", ok ? 200 : 503);
    });
  }
  return app;
}

/** Who may ask. */
export const LISTEN = ["loopback", "all"] as const;
/** One socket of "::" takes both families, unless the node has bindv6only. */
const ADDRESSES = { loopback: ["127.0.0.1", "::1"], all: ["::", "0.0.0.0"] } as const;

/**
 * Serves until the answer is disposed.
 * @throws {Error} when the port is another program's
 */
export function serve(
  probes: Probes,
  { httpPort: port, httpListen }: {
    readonly httpPort: number;
    readonly httpListen: typeof LISTEN[number];
  },
): Disposable {
  const app = routes(probes);
  const servers = new DisposableStack();
  let isServed = false;
  let cause: unknown;
  for (const hostname of ADDRESSES[httpListen]) {
    try {
      servers.use(listen({ hostname, port }, (request) => app.fetch(request)));
      isServed = true;
    } catch (error) {
      cause = error;
    }
  }
  if (isServed) return servers;
  const said = cause instanceof Error ? cause.message : cause;
  throw new Error(`Cannot serve HTTP on port ${port}: ${said}`, { cause });
}
