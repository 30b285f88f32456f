// Serves the view's port, and follows its token and certificate from look to look.
import type { Tell } from "../events/event.ts";
import type { Duty } from "../loop/duty.ts";
import type { Settings } from "../settings.ts";
import { bind, type Place } from "./bind.ts";
import type { Bounds, Tls } from "./listen.ts";
import { readToken } from "./token.ts";
import { viewRoutes, type ViewSources } from "./view.ts";

/** Whoever reads slowly keeps an answer of megabytes in memory, so few may at a time. */
const BOUNDS: Bounds = { connections: 16, deadlineMs: 10_000, takenMs: 20_000 };

type ViewSettings = Pick<
  Settings,
  "viewPort" | "httpToken" | "httpTokenFile" | "httpTls" | "metrics"
>;

/** What cannot be served now is tried again at each look: LANs do not depend on it. */
export class ViewServer implements Duty, Disposable {
  readonly name = "serve the view";
  readonly #app;
  #token: string | undefined;
  #served: { readonly place: Place; readonly server: Disposable } | undefined;

  constructor(
    private readonly settings: ViewSettings,
    sources: ViewSources,
    private readonly tell: Tell,
  ) {
    const isMetricsOpen = settings.metrics === "open";
    this.#app = viewRoutes(sources, () => ({ token: this.#token, isMetricsOpen }));
  }

  async look(): Promise<void> {
    const { viewPort: port, httpToken, httpTokenFile, httpTls, metrics } = this.settings;
    const token = httpTokenFile === undefined ? httpToken : await readToken(httpTokenFile);
    const tls = httpTls === undefined ? undefined : await readTls(httpTls);
    const who = token === undefined && metrics === "guarded" ? "loopback" : "all";
    const place: Place = { port, who, ...(tls && { tls }) };
    this.#token = token;
    if (this.#served !== undefined && isSame(this.#served.place, place)) return;
    this[Symbol.dispose]();
    const answer = (request: Request, from: string) => this.#app.fetch(request, { from });
    this.#served = { place, server: bind(place, answer, BOUNDS) };
    const isTls = tls !== undefined;
    this.tell({ kind: "view-served", port, who, isGuarded: token !== undefined, isTls });
  }

  [Symbol.dispose](): void {
    this.#served?.server[Symbol.dispose]();
    this.#served = undefined;
  }
}

/**
 * Reads certificate and key, by the names that a Secret of the type kubernetes.io/tls gives them.
 * @throws {Error} when one of them is missing
 */
async function readTls(dir: string): Promise<Tls> {
  const [cert, key] = await Promise.all(
    ["tls.crt", "tls.key"].map((name) => Deno.readTextFile(`${dir}/${name}`)),
  );
  return { cert: cert!, key: key! };
}

function isSame(one: Place, other: Place): boolean {
  return one.who === other.who && one.tls?.cert === other.tls?.cert &&
    one.tls?.key === other.tls?.key;
}
