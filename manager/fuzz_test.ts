// The manager's settings, what FRR and iproute2 tell it, and what its HTTP port is asked.
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseChange, parseEntry } from "./entries/entries.ts";
import { readDaemons, readHealth, readVnis } from "./frr/query.ts";
import { readNodes } from "./frr/nodes.ts";
import { readRoutes } from "./frr/routes.ts";
import { routes } from "./http/server.ts";
import { PAGE_FILES } from "./map/files.ts";
import { viewRoutes } from "./http/view.ts";
import { parseLearnt } from "./limits/learnt.ts";
import { listLans } from "./lans/list_lans.ts";
import { DeviceCounters } from "./lans/device_counters.ts";
import { readSettings, SettingsError, SOURCES } from "./settings.ts";
import { seeFilter } from "./underlay/filter_host.ts";
import type { Run } from "../shared/process/exec.ts";
import { assertClear, fuzz, json, mayRefuse, text, word } from "../tests/fixture/fuzz.ts";

const names = Object.values(SOURCES).map(({ env }) => env);
const settings = fc.dictionary(
  fc.constantFrom(...names, "IS_CONTROL_PLANE"),
  fc.oneof(text, fc.constantFrom("1", "-1", "65536", "10.0.0.1", "fd00::1", "worker", "on")),
  { maxKeys: 4 },
);

fuzz("any settings are taken, or each that is wrong is named", settings, (given) => {
  try {
    readSettings({}, (name) => given[name]);
  } catch (error) {
    assert.ok(error instanceof SettingsError, `${error}`);
    error.wrong.forEach(assertClear);
  }
});

/** A program that prints something. */
const printing = (stdout: string): Run => ({ argv }) =>
  Promise.resolve({ argv, reason: "success", code: 0, signal: null, stdout, stderr: "", ms: 0 });

const printed = fc.oneof(text, json.map((value) => JSON.stringify(value) ?? ""), oddRoutes());

const READERS: Readonly<Record<string, (run: Run) => Promise<unknown>>> = {
  "bgpd's routes": readRoutes,
  "bgpd's and zebra's health": readHealth,
  "the daemons": readDaemons,
  "zebra's VNIs": readVnis,
  "bgpd's nodes": readNodes,
  "the LANs": listLans,
  "nft's table": seeFilter,
};
for (const [what, read] of Object.entries(READERS)) {
  fuzz(
    `${what} are read, or one clear error`,
    printed,
    (stdout) => mayRefuse(() => read(printing(stdout))),
  );
}

fuzz("any line of a monitor is an entry or none", text, (line) => {
  parseEntry(line);
  parseChange(line);
  parseLearnt(line);
});

const OK = { ok: true, reasons: [] };
const app = routes({ alive: () => OK, ready: () => OK });
const path = fc.oneof(text, fc.constantFrom("healthz", "readyz", "metrics", "..", "%00", "//"));
const method = fc.constantFrom("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PURGE");
fuzz("any request has an answer", fc.tuple(method, path, text), async ([method, path, body]) => {
  const url = new URL(`http://localhost/${encodeURI(path.toWellFormed())}`);
  const request = new Request(url, {
    method,
    ...(["GET", "HEAD"].includes(method) ? {} : { body }),
  });
  const { status } = await app.fetch(request);
  assert.ok(status < 500, `${method} ${path}: ${status}`);
});

const metrics = () => {
  const body = new Response("").body!;
  return Promise.resolve({ body, length: 0, type: "text/plain" });
};
const view = viewRoutes(
  { metrics, watchMap: () => Promise.resolve(undefined) },
  () => ({ token: "0123456789abcdef", isMetricsOpen: false }),
);
const visible = fc.string({ unit: "grapheme-ascii" }).map((text) => text.replace(/[^ -~]/g, ""));
const header = fc.oneof(visible, visible.map((text) => `Bearer ${text}`));
fuzz(
  "nobody is answered without the token, but for the page that asks for it",
  fc.tuple(method, path, header, visible),
  async ([method, path, authorization, host]) => {
    const url = new URL(`http://localhost/${encodeURI(path.toWellFormed())}`);
    if (Object.hasOwn(PAGE_FILES, url.pathname)) return;
    const request = new Request(url, { method, headers: { authorization, host } });
    const { status } = await view.fetch(request, { from: "127.0.0.1" });
    assert.equal(status, 401, `${method} ${path} ${authorization}`);
  },
);

fuzz("any table of devices is read", text, (table) => {
  const counters = new DeviceCounters(table);
  for (const line of table.split("\n")) {
    const row = counters.row(line.split(":")[0]!.trim());
    if (row !== undefined) assert.ok(counters.of(row, "sent", "drops") >= 0);
  }
});

function oddRoutes(): fc.Arbitrary<string> {
  const keys = ["paths", "vni", "routeType", "ip", "mac", "extendedCommunity", "peers", "10"];
  const odd = fc.dictionary(fc.constantFrom(...keys), json, { maxKeys: 4 });
  return fc.dictionary(word, fc.oneof(odd, fc.dictionary(word, odd, { maxKeys: 3 })), {
    maxKeys: 3,
  }).map((table) => JSON.stringify(table));
}
