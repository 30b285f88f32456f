// What a successful ADD prints, in the shape of the config's version (CNI spec, section 5).
import { type CniVersion, isAtLeast } from "./versions.ts";
import type { JsonObject } from "./config.ts";

/** An interface in a result. The pod's has `sandbox`; the port, in the LAN namespace, has none. */
export interface ResultInterface {
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
  readonly sandbox?: string;
}

/**
 * Renders the result. Before 0.3.0 it has no place for an interface without an address. A
 * `prevResult` is passed on, and the interfaces are added to it.
 */
export function renderResult(
  version: CniVersion,
  interfaces: readonly ResultInterface[],
  prevResult: JsonObject = {},
): JsonObject {
  const dns = isAtLeast(version, "1.0.0") ? {} : { dns: {} };
  if (!isAtLeast(version, "0.3.0")) return { ...dns, ...prevResult, cniVersion: version };
  const previous = Array.isArray(prevResult.interfaces) ? prevResult.interfaces : [];
  const own = interfaces.map(({ name, mac, mtu, sandbox }) => ({
    name,
    mac,
    ...(isAtLeast(version, "1.1.0") && { mtu }),
    ...(sandbox !== undefined && { sandbox }),
  }));
  return { ...dns, ...prevResult, cniVersion: version, interfaces: [...previous, ...own] };
}

/** The pod's interface in a result, as CHECK gets it back. */
export function findInterface(
  result: JsonObject,
  name: string,
  sandbox: string,
): JsonObject | undefined {
  const interfaces: unknown[] = Array.isArray(result.interfaces) ? result.interfaces : [];
  return interfaces.filter(isObject).find((one) => one.name === name && one.sandbox === sandbox);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null;
}
