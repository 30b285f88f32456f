// CNI_ARGS: `K=V;K=V`, the runtime's extra parameters.
import { cut, quote } from "../shared/quote.ts";
import { fail } from "../shared/faults.ts";
import { parseMac } from "../shared/mac.ts";

/** What this plugin takes from CNI_ARGS. */
export interface CniArgs {
  readonly mac?: string;
  /** `NAMESPACE/NAME`. */
  readonly pod?: string;
}

/** Keys that mean something here, or that Kubernetes runtimes send to everyone. */
const KNOWN = new Set([
  "IgnoreUnknown",
  "MAC",
  "K8S_POD_NAMESPACE",
  "K8S_POD_NAME",
  "K8S_POD_INFRA_CONTAINER_ID",
  "K8S_POD_UID",
]);
/** Names of Kubernetes objects: what an alias can carry. */
const OBJECT_NAME = /^[a-zA-Z0-9._-]+$/;

/**
 * Parses CNI_ARGS. Of duplicate keys, which thin Multus sends, the last one counts.
 * @throws {FaultError} of kind "environment"
 */
export function parseCniArgs(text: string): CniArgs {
  const pairs = new Map<string, string>();
  for (const pair of text === "" ? [] : text.split(";")) {
    const [key, value, ...more] = pair.split("=");
    if (key === undefined || key === "" || value === undefined || more.length > 0) {
      fail("environment", `Cannot use CNI_ARGS: ${quote(pair)} is not KEY=VALUE`);
    }
    pairs.set(key, value);
  }
  refuseUnknown(pairs);
  const mac = pairs.get("MAC") ?? "";
  const namespace = pairs.get("K8S_POD_NAMESPACE") ?? "";
  const name = pairs.get("K8S_POD_NAME") ?? "";
  return {
    ...(mac !== "" && { mac: readMac(mac) }),
    ...(OBJECT_NAME.test(namespace) && OBJECT_NAME.test(name) && { pod: `${namespace}/${name}` }),
  };
}

function refuseUnknown(pairs: ReadonlyMap<string, string>): void {
  if (/^(1|true)$/i.test(pairs.get("IgnoreUnknown") ?? "")) return;
  const unknown = [...pairs.keys()].filter((key) => !KNOWN.has(key));
  if (unknown.length > 0) {
    fail(
      "environment",
      `Cannot use CNI_ARGS: unknown keys [${cut(unknown.join(","))}] without IgnoreUnknown=true`,
    );
  }
}

function readMac(text: string): string {
  return parseMac(text) ??
    fail(
      "environment",
      `Cannot use MAC ${quote(text)} of CNI_ARGS: it must be a unicast MAC address`,
    );
}
