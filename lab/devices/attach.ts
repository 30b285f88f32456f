// Attaches a device's interface to its LAN by a call of the plugin, as thick Multus makes it.
import { z } from "zod";
import type { Interface } from "../conf/read_lab.ts";
import { CNI_BIN_DIR } from "../cluster/node.ts";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import type { Attachment, DeviceRecord } from "../record.ts";
import { enter, type Machine } from "../machines/machine.ts";

/**
 * An attachment as it is before the plugin is called. Its configuration is what Kathara's
 * definitions hold.
 */
export function planAttachment({ name, lan }: Interface): Attachment {
  const config = {
    cniVersion: "0.3.0",
    name: lan.network,
    type: "megalos",
    suffix: lan.suffix,
    vxlanId: lan.vni,
  };
  return { ifname: name, lan: lan.name, vni: lan.vni, mac: "", config: JSON.stringify(config) };
}

/** What the plugin is told of a device. */
type Pod = Pick<DeviceRecord, "name" | "containerId" | "uid" | "netns">;

/** The environment that Multus gives a delegate. Only ADD is given a `mac`. */
export function planEnvironment(
  verb: "ADD" | "DEL",
  device: Pod,
  namespace: string,
  ifname: string,
  mac?: string,
): Record<string, string> {
  const args = [
    "IgnoreUnknown=true",
    `K8S_POD_NAMESPACE=${namespace}`,
    `K8S_POD_NAME=${device.name}`,
    `K8S_POD_INFRA_CONTAINER_ID=${device.containerId}`,
    `K8S_POD_UID=${device.uid}`,
    ...(mac === undefined ? [] : [`MAC=${mac}`]),
  ];
  return {
    CNI_COMMAND: verb,
    CNI_CONTAINERID: device.containerId,
    CNI_NETNS: device.netns,
    CNI_IFNAME: ifname,
    CNI_PATH: CNI_BIN_DIR,
    CNI_ARGS: args.join(";"),
    HOME: "/",
  };
}

const Result = z.looseObject({
  interfaces: z.array(
    z.looseObject({ name: z.string(), mac: z.string(), sandbox: z.optional(z.string()) }),
  ),
});
const Failure = z.looseObject({
  code: z.number(),
  msg: z.string(),
  details: z.optional(z.string()),
});

/**
 * Calls ADD. Answers the MAC address that the interface got, or throws with the plugin's own words.
 */
export async function attach(
  node: Machine,
  device: Pod,
  namespace: string,
  { ifname, config }: Attachment,
  mac?: string,
): Promise<string> {
  const answer = await call(node, config, planEnvironment("ADD", device, namespace, ifname, mac));
  const result = Result.safeParse(answer);
  const added = result.data?.interfaces.find((one) =>
    one.name === ifname && one.sandbox !== undefined
  );
  if (added === undefined) {
    throw new Error(
      `Cannot attach ${device.name} ${ifname}: the result names no such interface: ${
        JSON.stringify(answer)
      }`,
    );
  }
  return added.mac;
}

/** Calls DEL. */
export async function detach(
  node: Machine,
  device: Pod,
  namespace: string,
  { ifname, config }: Attachment,
): Promise<void> {
  await call(node, config, planEnvironment("DEL", device, namespace, ifname));
}

async function call(
  node: Machine,
  config: string,
  env: Record<string, string>,
): Promise<unknown> {
  const argv = [`${CNI_BIN_DIR}/megalos`];
  const done = await run({
    argv: [...enter(node.pid), ...argv],
    env,
    stdin: config,
    timeoutMs: 60_000,
  });
  const answer = done.stdout.trim() === "" ? undefined : parseJson(done.stdout);
  if (done.reason === "success") return answer;
  const failure = Failure.safeParse(answer);
  const said = failure.success
    ? `${failure.data.msg} (code ${failure.data.code}) ${failure.data.details ?? ""}`.trimEnd()
    : `${describe({ ...done, argv })} ${done.stdout}`;
  const what = env.CNI_COMMAND === "ADD" ? "attach" : "detach";
  throw new Error(`Cannot ${what} ${env.CNI_IFNAME} on ${node.name}: ${said}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whoever wants a result or an error of the plugin finds text, which is neither.
    return text;
  }
}
