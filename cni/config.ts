// The network configuration on stdin: decoded and checked. An error names each wrong key's rule.
import { quote } from "../shared/quote.ts";
import * as z from "zod/mini";
import { MAX_CONFIG_BYTES } from "../shared/call_limits.ts";
import { fail } from "../shared/faults.ts";
import { MAX_SUFFIX, MAX_VNI } from "../shared/lan/lan.ts";
import { NODES_LAN } from "../shared/lan/nodes_lan.ts";
import { DEVICE_NAME } from "../shared/lan/underlay.ts";
import { ID_PATTERN } from "./environment.ts";
import { parseMac } from "../shared/mac.ts";
import { type CniVersion, isSupported, OLDEST_VERSION, SUPPORTED_VERSIONS } from "./versions.ts";

/** A JSON object whose content is not known yet. */
export type JsonObject = Record<string, unknown>;

const MAC_RULE = "a unicast MAC address such as 02:00:00:00:00:01";
const mac = z.nullish(
  z.string(MAC_RULE).check(
    z.refine((text) => text === "" || parseMac(text) !== undefined, MAC_RULE),
  ),
);
const integer = (low: number, high: number) => {
  const rule = `an integer from ${low} to ${high}`;
  return z.int(rule).check(z.gte(low, rule), z.lte(high, rule));
};
const matching = (pattern: RegExp, rule: string) => z.string(rule).check(z.regex(pattern, rule));

const NODES_RULE = "another one: this is the VNI of the nodes' own LAN";
const OBJECT = "an object";
const schema = z.object({
  suffix: matching(
    new RegExp(`^[a-zA-Z0-9_.-]{1,${MAX_SUFFIX}}$`),
    `1 to ${MAX_SUFFIX} letters, digits, _ . or -`,
  ),
  vxlanId: integer(0, MAX_VNI).check(z.refine((vni) => vni !== NODES_LAN.vni, NODES_RULE)),
  mtu: z.nullish(integer(68, 65_485)),
  // VXLAN binds it in the node's own namespace, where the ports below are of the node's services.
  port: z.nullish(integer(1_024, 65_535)),
  master: z.nullish(
    matching(DEVICE_NAME, "the name of an interface, at most 15 characters"),
  ),
  maxMacs: z.nullish(integer(1, 1_000_000)),
  stormLimit: z.nullish(integer(1, 1_000_000)),
  mac,
  args: z.nullish(z.object({ cni: z.nullish(z.object({ mac }, OBJECT)) }, OBJECT)),
  runtimeConfig: z.nullish(z.object({ mac }, OBJECT)),
  prevResult: z.nullish(z.record(z.string(), z.unknown(), OBJECT)),
});

/**
 * The keys of a LAN and of an attachment to it. A key that may be left out may be null as well, as
 * decoders written in Go have it.
 */
export type LanConfig = z.infer<typeof schema>;

/**
 * Decodes stdin. NUL bytes are dropped: valid JSON has none and the launcher's shell cannot pass
 * them, so both ways of a call read the same.
 * @throws {FaultError} of kind "decode" */
export function decodeConfig(stdin: Uint8Array): JsonObject {
  if (stdin.length > MAX_CONFIG_BYTES) {
    fail(
      "decode",
      `Cannot decode the network configuration: it has more than ${MAX_CONFIG_BYTES} bytes`,
    );
  }
  const withoutNuls = stdin.filter((byte) => byte !== 0);
  try {
    const value: unknown = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(withoutNuls),
    );
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as JsonObject;
    }
  } catch (error) {
    fail("decode", "Cannot decode the network configuration: stdin is not JSON", String(error));
  }
  return fail("decode", "Cannot decode the network configuration: it is not a JSON object");
}

/**
 * Checks `name`, which every verb needs.
 * @throws {FaultError} of kind "config"
 */
export function readName(config: JsonObject): string {
  const { name } = config;
  if (typeof name === "string" && ID_PATTERN.test(name)) return name;
  if (name === undefined || name === "") fail("config", "Cannot use the config: name is missing");
  return fail(
    "config",
    `Cannot use the config: name is ${
      quote(name)
    }; it must be letters, digits, _ . and -, the first a letter or digit`,
  );
}

/**
 * Checks `cniVersion`.
 * @throws {FaultError} of kind "config" or "incompatible-version"
 */
export function readVersion(config: JsonObject): CniVersion {
  const version = config.cniVersion ?? "";
  if (typeof version !== "string") {
    fail("config", `Cannot use the config: cniVersion is ${quote(version)}; it must be a string`);
  }
  if (version === "") return OLDEST_VERSION;
  if (isSupported(version)) return version;
  return fail(
    "incompatible-version",
    `Cannot use the config: cniVersion ${quote(version)} is not supported`,
    `supported versions: ${SUPPORTED_VERSIONS.join(", ")}`,
  );
}

/**
 * Checks the keys of the LAN. Unknown keys are ignored, as everywhere in CNI.
 * @throws {FaultError} of kind "config" that names each wrong key, its value and its rule
 */
export function readLanConfig(config: JsonObject): LanConfig {
  const parsed = schema.safeParse(config);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => {
    const value = path.reduce<unknown>(
      (at, key) => (at as JsonObject | undefined)?.[key as string],
      config,
    );
    const key = path.join(".");
    return value === undefined
      ? `${key} is missing; it must be ${message}`
      : `${key} is ${quote(value)}; it must be ${message}`;
  });
  return fail("config", `Cannot use the config: ${[...new Set(wrong)].join(", and ")}`);
}

/**
 * The MAC address that is asked for, or undefined. Of several, runtimeConfig's counts first, then
 * that of args.cni, of CNI_ARGS and of the config itself.
 */
export function chooseMac(config: LanConfig, fromCniArgs: string | undefined): string | undefined {
  const asked = [config.runtimeConfig?.mac, config.args?.cni?.mac, fromCniArgs, config.mac];
  return asked.map((text) => parseMac(text ?? "")).find((text) => text !== undefined);
}
