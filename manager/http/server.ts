// The manager's HTTP side: what kubelet's probes ask.
import { Hono } from "hono";
import type { Verdict } from "../loop/health.ts";

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

/** All addresses of the node. One socket takes both families, unless the node has bindv6only. */
const HOSTS = ["::", "0.0.0.0"] as const;

/** Serves until `signal` is given.
 * @throws {Error} when the port is another program's */
export function serve(
  probes: Probes,
  port: number,
  signal: AbortSignal,
): Pick<Deno.HttpServer, "shutdown"> {
  const servers: Deno.HttpServer[] = [];
  let cause: unknown;
  for (const hostname of HOSTS) {
    try {
      servers.push(
        Deno.serve({ port, hostname, signal, onListen: () => {} }, routes(probes).fetch),
      );
    } catch (error) {
      cause = error;
    }
  }
  if (servers.length === 0) {
    const said = cause instanceof Error ? cause.message : cause;
    throw new Error(`Cannot serve HTTP on port ${port}: ${said}`, { cause });
  }
  return {
    async shutdown() {
      await Promise.all(servers.map((server) => server.shutdown()));
    },
  };
}
