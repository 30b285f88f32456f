// What the view's port answers: routes for those who may ask, problems for all others.
import { Hono } from "hono";
import { type Asker, refuse } from "./access.ts";
import { PAGE_FILES, PAGE_HEADERS } from "../map/files.ts";
import type { Answer } from "../metrics/metrics.ts";
import { problem } from "./problem.ts";

/** What is served. */
export interface ViewSources {
  /** What `/metrics` is. */
  metrics(): Promise<Answer>;
  /** The map as server-sent events; undefined where too many watch. */
  watchMap(): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | undefined>;
}

/** How it is guarded at this moment. */
export interface Guard {
  readonly token: string | undefined;
  /** `/metrics` is for everybody. */
  readonly isMetricsOpen: boolean;
}

/** What says whether a request may be answered goes along with it. */
type Env = { readonly Bindings: { readonly from: string } };

/**
 * `GET /metrics`, the map at `GET /`, and `GET /events` that feeds the map. A path that is not
 * served is 404, and another method than GET or HEAD 405.
 */
export function viewRoutes(sources: ViewSources, guard: () => Guard): Hono<Env> {
  const app = new Hono<Env>();
  app.use(async ({ req, env, header }, next) => {
    const { token, isMetricsOpen } = guard();
    const asker: Asker = {
      from: env.from,
      authorization: req.header("authorization") ?? null,
      host: req.header("host") ?? null,
    };
    // The page asks its reader for the token, so the page itself must be there without it.
    const isPage = token !== undefined && Object.hasOwn(PAGE_FILES, req.path);
    const refusal = refuse(asker, token, isPage || isMetricsOpen && req.path === METRICS);
    if (refusal?.status === 401) return problem(401, refusal.detail, CHALLENGE);
    if (refusal !== undefined) return problem(refusal.status, refusal.detail);
    if (!METHODS.includes(req.method)) {
      return problem(405, "this is read only: GET or HEAD", { allow: METHODS.join(", ") });
    }
    header("cache-control", "no-store");
    header("x-content-type-options", "nosniff");
    await next();
  });
  app.get(METRICS, async (context) => {
    const { body, length, type } = await sources.metrics();
    return context.body(body, 200, { "content-type": type, "content-length": `${length}` });
  });
  for (const [path, read] of Object.entries(PAGE_FILES)) {
    app.get(path, (context) => {
      const file = read();
      if (file === undefined) return problem(503, "this program was not built: deno task build");
      return context.body(file.body, 200, { ...file.headers, ...PAGE_HEADERS });
    });
  }
  app.get(EVENTS, async (context) => {
    if (context.req.raw.method === "HEAD") return context.body(null, 200, STREAM);
    const stream = await sources.watchMap();
    if (stream === undefined) return problem(503, "too many watch the map; close one of them");
    return context.body(stream, 200, STREAM);
  });
  app.notFound(() => problem(404, `nothing is served here; / is the map, ${METRICS} metrics`));
  app.onError((error) => problem(500, error.message));
  return app;
}

const METRICS = "/metrics";
const EVENTS = "/events";
const STREAM = { "content-type": "text/event-stream" };
const METHODS = ["GET", "HEAD"];
/** RFC 6750, section 3. */
const CHALLENGE = { "www-authenticate": 'Bearer realm="megalos"' };
