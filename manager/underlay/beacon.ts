// Makes this node known to the others before it has a LAN, by a LAN that has no pods.
import { converse } from "../../shared/process/exec.ts";
import { FaultError } from "../../shared/faults.ts";
import type { Host } from "../../shared/host.ts";
import { openKernel } from "../../shared/iproute2/kernel.ts";
import { lanDevices } from "../../shared/lan/lan.ts";
import { askAboutLan, pickLanState } from "../../shared/lan/lan_state.ts";
import { lock, lockFile } from "../../shared/lan/lock.ts";
import type { NodeFacts } from "../../shared/lan/node_facts.ts";
import { NODES_LAN } from "../../shared/lan/nodes_lan.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { planCreateLan, refuseConflicts } from "../../shared/lan/plan_create.ts";
import { vxlanOverhead } from "../../shared/lan/underlay.ts";
import { birthplaceOn, removeUnborn } from "../../shared/lan/unborn_vxlan.ts";
import { execute, faultOf } from "../../shared/steps.ts";
import { systemHost } from "../../shared/system_host.ts";
import type { LanDevicesOnNode } from "../lans/list_lans.ts";
import type { Duty } from "../loop/duty.ts";

const LIMIT_MS = 30_000;

/** A look costs nothing where the LAN's devices are there. */
export class Beacon implements Duty {
  readonly name = "make this node known to the others";
  #isThere = false;

  constructor(private readonly facts: NodeFacts, private readonly host: Host = systemHost()) {}

  /** Is given the devices of all LANs whenever they have changed. */
  takeDevices({ bridges, vxlans }: Pick<LanDevicesOnNode, "bridges" | "vxlans">): void {
    const { bridge, vxlan } = lanDevices(NODES_LAN);
    this.#isThere = bridges.some(({ ifname, up }) => up && ifname === bridge) &&
      vxlans.some(({ ifname, up, master }) => up && ifname === vxlan && master === bridge);
  }

  async look(): Promise<void> {
    if (this.#isThere) return;
    const { facts, host } = this;
    const kernel = openKernel(converse, () => LIMIT_MS);
    try {
      using _lan = await lock(lockFile(NODES_LAN.vni), { make: true, timeoutMs: LIMIT_MS });
      const links = await kernel.show(LAN_NETNS, askAboutLan(NODES_LAN));
      const state = pickLanState(NODES_LAN, links);
      refuseConflicts(NODES_LAN, state);
      if (state.vxlan === undefined) await removeUnborn(kernel, host, NODES_LAN);
      const wanted = {
        lan: NODES_LAN,
        mtu: facts.mtu - vxlanOverhead(facts.vtep),
        vtep: facts.vtep,
        vxlanPort: facts.vxlanPort,
        lanNetns: LAN_NETNS,
        underlayNetns: host.nodeNetns,
        birthplace: birthplaceOn(host.kernelRelease),
      };
      const failure = await execute(planCreateLan(wanted, state), kernel.apply);
      if (failure !== undefined) throw new FaultError(faultOf(failure));
      this.#isThere = true;
    } finally {
      await kernel.close();
    }
  }
}
