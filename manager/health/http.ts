// The manager's HTTP side: what kubelet's probes ask.
import { Hono } from "hono";
import type { Verdict } from "./state.ts";

/** The verdicts of this moment. */
export interface Probes {
  alive(): Verdict;
  ready(): Verdict;
}

/** `GET /healthz` and `GET /readyz`: 200 and "ok", or 503 and the reasons, a line each. */
export function routes({ alive, ready }: Probes): Hono {
  const app = new Hono();
  for (const [path, probe] of [["/healthz", alive], ["/readyz", ready]] as const) {
    app.get(path, (context) => {
      const { ok, reasons } = probe();
      return context.text(ok ? "ok\n" : reasons.join("\n") + "\n", ok ? 200 : 503);
    });
  }
  return app;
}

/** Serves until `signal` is given.
 * @throws {Error} when the port is another program's */
export function serve(probes: Probes, port: number, signal: AbortSignal): Deno.HttpServer {
  try {
    return Deno.serve(
      { port, hostname: "0.0.0.0", signal, onListen: () => {} },
      routes(probes).fetch,
    );
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : cause;
    throw new Error(`Cannot serve HTTP on port ${port}: ${said}`, { cause });
  }
}
