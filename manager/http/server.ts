// The manager's HTTP side: what kubelet's probes ask.
import { Hono } from "hono";
import type { Verdict } from "../loop/health.ts";
import { bind, type Listen } from "./bind.ts";
import { problem } from "./problem.ts";

/** The verdicts of this moment. */
export interface Probes {
  alive(): Verdict;
  ready(): Verdict;
}

/**
 * `GET /healthz` and `GET /readyz`: 200 and "ok", or 503 and the reasons, a line each. Another path
 * is answered by a problem.
 */
export function routes(probes: Probes): Hono {
  const app = new Hono();
  for (const [path, verdict] of [["/healthz", "alive"], ["/readyz", "ready"]] as const) {
    app.get(path, (context) => {
      const { ok, reasons } = probes[verdict]();
      return context.text(ok ? "ok\n" : reasons.join("\n") + "\n", ok ? 200 : 503);
    });
  }
  app.notFound(() => problem(404, `nothing is served here; /healthz and /readyz are`));
  return app;
}

/**
 * Serves until the answer is disposed.
 * @throws {Error} when the port is another program's
 */
export function serve(
  probes: Probes,
  { httpPort, httpListen }: { readonly httpPort: number; readonly httpListen: Listen },
): Disposable {
  const app = routes(probes);
  return bind({ port: httpPort, who: httpListen }, (request) => app.fetch(request));
}
