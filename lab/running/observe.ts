// Looks at the devices of a lab that is up: which run, and what their interfaces are like now.
import { z } from "zod";
import { readAnswer } from "../../shared/process/answers.ts";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { enter, type Machine } from "../machines/machine.ts";
import { selectLiving } from "../machines/processes.ts";
import type { DeviceRecord, LabRecord } from "../record.ts";
import look from "./look.sh" with { type: "text" };

/** A device is `starting` until its PID 1 runs. */
export type DeviceState = "starting" | "running" | "ended";

export interface ObservedDevice {
  readonly state: DeviceState;
  /** Interfaces by name. Interfaces that do not exist are absent. */
  readonly interfaces: ReadonlyMap<string, ObservedInterface>;
}

export interface ObservedInterface {
  readonly mac: string;
  readonly isUp: boolean;
  /** `ADDRESS/PREFIX`, without the addresses of the link itself (fe80::). */
  readonly addresses: readonly string[];
}

const Links = z.array(z.looseObject({
  ifname: z.string(),
  address: z.optional(z.string()),
  flags: z.array(z.string()),
  addr_info: z.array(
    z.looseObject({ local: z.optional(z.string()), prefixlen: z.number(), scope: z.string() }),
  ),
}));

/** Observes all devices, by name. Each node is asked once. */
export async function observeDevices(
  { devices, machines }: Pick<LabRecord, "devices" | "machines">,
): Promise<Map<string, ObservedDevice>> {
  const nodes = await selectLiving(machines);
  const seen = await Promise.all(
    nodes.map((node) => observeNode(node, devices.filter((device) => device.node === node.name))),
  );
  const observed = new Map(seen.flat());
  const ended: ObservedDevice = { state: "ended", interfaces: new Map() };
  return new Map(devices.map(({ name }) => [name, observed.get(name) ?? ended]));
}

async function observeNode(
  node: Machine,
  devices: readonly DeviceRecord[],
): Promise<[name: string, ObservedDevice][]> {
  if (devices.length === 0) return [];
  const args = devices.flatMap(({ netns, pid }) => [netns.replace(/^.*\//, ""), `${pid ?? ""}`]);
  const done = await run({ argv: [...enter(node.pid), "sh", "-c", look, "sh", ...args] });
  if (done.reason !== "success") throw new Error(`Cannot look at ${node.name}: ${describe(done)}`);
  const lines = done.stdout.split("\n");
  return devices.map(({ name, pid }, at) => {
    const state = pid === undefined
      ? "starting"
      : lines[2 * at] === "running"
      ? "running"
      : "ended";
    return [name, { state, interfaces: readInterfaces(lines[2 * at + 1] ?? "[]") }];
  });
}

/** Reads the answer of `ip -json address show`. */
function readInterfaces(json: string): Map<string, ObservedInterface> {
  return new Map(
    readAnswer(Links, "ip", json).map(({ ifname, address = "", flags, addr_info }) => [ifname, {
      mac: address,
      isUp: flags.includes("UP"),
      addresses: addr_info.filter(({ scope }) => scope !== "link")
        .flatMap(({ local, prefixlen }) => local === undefined ? [] : [`${local}/${prefixlen}`]),
    }]),
  );
}
