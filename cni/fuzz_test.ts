// Calls of the plugin with any variables and any standard input: a CNI answer, whatever comes.
import assert from "node:assert/strict";
import fc from "fast-check";
import { answer } from "./call.ts";
import { GOOD, NOWHERE, READERS } from "./fuzz_readers.ts";
import { harmless } from "../shared/harmless.ts";
import { parseLinks } from "../shared/iproute2/link.ts";
import { LAN } from "../tests/fixture/calls.ts";
import { assertClear, fuzz, json, mayRefuse, text } from "../tests/fixture/fuzz.ts";

const verb = fc.constantFrom("ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION");
/** Well-formed variables, some of them replaced. */
const variables = fc.record({
  CNI_COMMAND: fc.oneof({ weight: 9, arbitrary: verb }, { weight: 1, arbitrary: text }),
  CNI_ARGS: fc.oneof(fc.constant(""), text, argumentsOf(text)),
  others: fc.dictionary(fc.constantFrom(...Object.keys(GOOD)), text, { maxKeys: 1 }),
}).map(({ others, ...rest }) => ({ ...GOOD, ...rest, ...others } as Record<string, string>));

function argumentsOf(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const key = fc.constantFrom("IgnoreUnknown", "MAC", "K8S_POD_NAME", "K8S_POD_NAMESPACE", "X");
  return fc.array(fc.tuple(key, value), { maxLength: 4 })
    .map((pairs) => pairs.map(([name, text]) => `${name}=${text}`).join(";"));
}

/** A well-formed config with some keys replaced, or anything at all. */
const stdin: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.dictionary(
      fc.constantFrom(
        ...["cniVersion", "name", "type", "suffix", "vxlanId", "mtu", "master", "port", "mac"],
        ...["args", "runtimeConfig", "prevResult", "cni.dev/valid-attachments", "maxMacs", "extra"],
      ),
      json,
      { maxKeys: 3 },
    ).map((keys) => JSON.stringify({ ...LAN, ...keys })),
  },
  { weight: 2, arbitrary: text },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
);

fuzz("any call has a CNI answer", fc.tuple(variables, stdin), async ([env, stdin]) => {
  const bytes = typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin;
  const { stdout, exitCode } = await answer(
    (name) => env[name],
    () => Promise.resolve(bytes),
    NOWHERE,
  );
  if (exitCode === 0) return void (stdout === "" || JSON.parse(stdout));
  const { code, msg, details = "", cniVersion } = JSON.parse(stdout);
  assert.ok(Number.isInteger(code) && code > 0 && code !== 999, stdout.slice(0, 400));
  assert.match(cniVersion, /^\d+\.\d+\.\d+$/);
  assertClear(msg);
  assert.equal(details, harmless(details));
}, 4_000);

fuzz(
  "devices with odd values are devices, or one clear error",
  oddLinks(),
  (given) => mayRefuse(() => parseLinks(given)),
);

for (const [what, { read }] of Object.entries(READERS)) {
  fuzz(
    `${what}: something or nothing, or one clear error`,
    fc.oneof(text, json.map(toText)),
    (given) => mayRefuse(() => read(given)),
  );
}

function toText(value: unknown): string {
  return JSON.stringify(value) ?? "";
}

function oddLinks(): fc.Arbitrary<string> {
  const keys = ["ifindex", "ifname", "mtu", "flags", "address", "linkinfo", "altnames", "ifalias"];
  return fc.array(fc.dictionary(fc.constantFrom(...keys), json), { maxLength: 3 }).map((links) =>
    JSON.stringify(links.map((link) => ({ ifindex: 1, ifname: "a", ...link })))
  );
}
