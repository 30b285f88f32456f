// The manager's settings, what FRR and iproute2 tell it, and what its HTTP port is asked.
import assert from "node:assert/strict";
import fc from "fast-check";
import { MAC, READERS } from "./fuzz_readers.ts";
import { routes } from "./http/server.ts";
import { PAGE_FILES } from "./map/files.ts";
import { viewRoutes } from "./http/view.ts";
import { DeviceCounters } from "./lans/device_counters.ts";
import { readSettings, SettingsError, SOURCES } from "./settings.ts";
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
    // The command line has a line for each.
    for (const message of [error.message, ...error.wrong.map((one) => `Cannot start: ${one}`)]) {
      assertClear(message);
    }
  }
});

const printed = fc.oneof(
  text,
  json.map((value) => JSON.stringify(value) ?? ""),
  oddRoutes(),
  oddTables(),
  oddAnswers(),
);

for (const [what, { read }] of Object.entries(READERS)) {
  fuzz(`${what}: one clear error at most`, printed, (given) => mayRefuse(() => read(given)));
}

fuzz("any line of a monitor is an entry or none", text, READERS["a line of a monitor"].read);

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

/** What bgpd prints of routes as a table, and what is nearly that. */
function oddTables(): fc.Arbitrary<string> {
  const line = fc.oneof(
    word,
    fc.tuple(fc.nat(9), word).map(([type, one]) => `*>i[${type}]:[0]:[48]:[${one}]`),
    fc.tuple(fc.nat(), word).map(([vni, one]) => `   RT:65000:${vni} ${one}`),
    fc.nat(4).map((count) => `Displayed ${count} prefixes (${count} paths)`),
  );
  return fc.array(line, { maxLength: 12 }).map((lines) => lines.join("\n"));
}

/** What `ip`, `nft` and zebra print, and what is nearly that. */
function oddAnswers(): fc.Arbitrary<string> {
  const figures = fc.record(
    {
      ...{ ifname: word, dev: word, dst: word, type: word, intf: word, remoteVtep: word },
      ...{ mtu: fc.nat(), flags: fc.array(word, { maxLength: 3 }), gateway: fc.oneof(word, json) },
      ...{ addr_info: fc.oneof(json, fc.array(fc.record({ family: word, local: word }))) },
      ...{ linkinfo: fc.oneof(json, fc.record({ info_data: json })) },
    },
    { requiredKeys: [] },
  );
  const elements = fc.array(fc.oneof(word, fc.record({ elem: fc.record({ val: word }) }), json));
  const answer = fc.oneof(
    fc.array(figures, { maxLength: 3 }),
    fc.array(json, { minLength: 20, maxLength: 40 }),
    fc.record({ macs: fc.dictionary(fc.oneof(word, fc.constant(MAC)), fc.oneof(figures, json)) }),
    fc.record({ nftables: fc.array(fc.record({ set: fc.record({ elem: elements }) })) }),
  );
  return fc.array(answer, { minLength: 1, maxLength: 3 }).map((all) =>
    all.map((one) => JSON.stringify(one)).join("\n")
  );
}
