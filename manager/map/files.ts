// The files of the map's page. They hold nothing of the cluster.
import html from "./page/map.html" with { type: "text" };
import css from "./page/map.css" with { type: "text" };
import icon from "./page/map.svg" with { type: "text" };

/** What the build adds to the program: the page's script, packed by gzip, as base64. */
declare function packedMapScript(): string;

/** As it is served. */
export interface PageFile {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Undefined where this program was not built. */
function script(): PageFile | undefined {
  if (typeof packedMapScript !== "function") return undefined;
  return {
    body: Uint8Array.fromBase64(packedMapScript()),
    headers: { "content-type": "text/javascript; charset=utf-8", "content-encoding": "gzip" },
  };
}

const text = (body: string, type: string) => (): PageFile => ({
  body,
  headers: { "content-type": `${type}; charset=utf-8` },
});

/** By path. */
export const PAGE_FILES: Readonly<Record<string, () => PageFile | undefined>> = {
  "/": text(html, "text/html"),
  "/map.js": script,
  "/map.css": text(css, "text/css"),
  "/map.svg": text(icon, "image/svg+xml"),
};

/** Nothing but these files runs in the page, and the page talks to its own server alone. */
export const PAGE_HEADERS = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; "),
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;
