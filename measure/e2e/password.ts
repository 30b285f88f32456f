// A BGP password for the installation, and none again.
import assert from "node:assert/strict";
import { type Cluster, NODES } from "./cluster.ts";
import {
  applyText,
  awaitEstablished,
  findReflector,
  install,
  KUBE_SYSTEM,
  MANIFEST,
  REFLECTOR,
  restart,
  WORKERS,
} from "./installation.ts";

/** Writes the Secret, in place of the one that is there. */
export async function writeSecret(cluster: Cluster, password: string): Promise<void> {
  const secret = ["secret", "generic", "kathara-bgp", `--from-literal=password=${password}`];
  const asFile = ["--dry-run=client", "-o", "yaml"];
  await applyText(
    cluster,
    await cluster.kubectl([...KUBE_SYSTEM, "create", ...secret, ...asFile]),
  );
}

/**
 * Gives the installation a password. The plain manifest has it as soon as its Secret is there.
 * Where there is no DNS, the reflector's pod stands in the list by its address.
 */
export async function havePassword(cluster: Cluster, password: string): Promise<void> {
  await writeSecret(cluster, password);
  await restart(cluster, REFLECTOR);
  if (await cluster.hasDns()) {
    await restart(cluster, WORKERS);
    return await awaitEstablished(cluster, NODES.length);
  }
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
  if (await cluster.hasDns()) await restart(cluster, WORKERS);
  await install(cluster);
}
