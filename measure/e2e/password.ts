// A BGP password for the installation, and none again.
import assert from "node:assert/strict";
import type { Cluster } from "./cluster.ts";
import {
  findReflector,
  install,
  KUBE_SYSTEM,
  MANIFEST,
  REFLECTOR,
  restart,
} from "./installation.ts";

/**
 * Gives the installation a password. The plain manifest has it as soon as its Secret is there.
 * There is no cluster DNS here, so the reflector's pod stands in the list by its address.
 */
export async function havePassword(cluster: Cluster, password: string): Promise<void> {
  const secret = ["secret", "generic", "kathara-bgp", `--from-literal=password=${password}`];
  await cluster.kubectl([...KUBE_SYSTEM, "create", ...secret]);
  await restart(cluster, REFLECTOR);
  const manifest = await Deno.readTextFile(MANIFEST);
  const address = await findReflector(cluster);
  const withAddress = manifest.replace(/kathara-master-pod\.kube-system\.svc\/\S+/, address);
  assert.notEqual(withAddress, manifest);
  await install(cluster, withAddress);
}

/** Takes the password away, and has the plain manifest again. */
export async function haveNoPassword(cluster: Cluster): Promise<void> {
  await cluster.kubectl([...KUBE_SYSTEM, "delete", "secret/kathara-bgp"]);
  await restart(cluster, REFLECTOR);
  await install(cluster);
}
