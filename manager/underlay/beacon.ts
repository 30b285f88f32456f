// Makes this node known to the others before it has a LAN, by a LAN that has no pods.
import { converse } from "../../shared/process/exec.ts";
import type { Host } from "../../shared/host.ts";
import { type Kernel, openKernel } from "../../shared/iproute2/kernel.ts";
import { inspectLan } from "../../shared/lan/inspect_lan.ts";
import { lanDevices } from "../../shared/lan/lan.ts";
import { lock, lockFile } from "../../shared/lan/lock.ts";
import type { NodeFacts } from "../../shared/lan/node_facts.ts";
import { NODES_LAN } from "../../shared/lan/nodes_lan.ts";
import { vxlanOverhead } from "../../shared/lan/underlay.ts";
import { systemHost } from "../../shared/system_host.ts";
import type { Tell } from "../events/event.ts";
import { pickDevices } from "../lans/find_troubles.ts";
import type { LanDevicesOnNode } from "../lans/list_lans.ts";
import { describeFindings, inspect, type Inspection, repair } from "../lans/mend_lan.ts";
import type { Duty } from "../loop/duty.ts";

const LIMIT_MS = 30_000;
/** What mending did not help is mended again after so long (ms). */
const AGAIN_MS = 60_000;
const OWN = { lan: NODES_LAN, ports: [] } as const;

/** A look costs nothing where the LAN's devices are as they were when they were right. */
export class Beacon implements Duty {
  readonly name = "make this node known to the others";
  #isInDoubt = true;
  #wasRight = false;
  /** What was still wrong after mending, and when (ms). */
  #beyondHelp: { readonly what: string; readonly at: number } | undefined;

  constructor(
    readonly facts: NodeFacts,
    private readonly tell: Tell = () => {},
    readonly host: Host = systemHost(),
    private readonly withLan = withLockedLan,
    private readonly now = () => performance.now(),
  ) {}

  /** Is given the devices of all LANs whenever they have changed. */
  takeDevices(
    { bridges, vxlans }: Pick<LanDevicesOnNode, "bridges" | "vxlans">,
    mayHaveChanged: (name: string) => boolean,
  ): void {
    const all = [...bridges, ...vxlans];
    const found = pickDevices(NODES_LAN, [], (name) => all.find(({ ifname }) => ifname === name));
    const { bridge, vxlan } = lanDevices(NODES_LAN);
    this.#isInDoubt ||= [bridge, vxlan].some(mayHaveChanged) ||
      inspectLan(NODES_LAN, found, this.#mtu).length > 0;
  }

  async look(): Promise<void> {
    if (!this.#isInDoubt) return;
    await this.withLan(async (kernel) => {
      const seen = await inspect(kernel, OWN, this.#mtu);
      if (seen.findings.length > 0) await this.#mend(kernel, seen);
    });
    this.#isInDoubt = false;
    this.#wasRight = true;
    this.#beyondHelp = undefined;
  }

  /**
   * What mending has not helped is left alone for a while.
   * @throws when something is still wrong afterwards
   */
  async #mend(kernel: Kernel, seen: Inspection): Promise<void> {
    const wrong = describeFindings(NODES_LAN, seen.findings);
    // At a node's first start there is nothing to mend: the LAN is yet to be made.
    const isNew = !this.#wasRight && Object.keys(seen.state).length === 0;
    const { what, at } = this.#beyondHelp ?? { at: 0 };
    if (wrong !== what || this.now() - at >= AGAIN_MS) {
      await repair(kernel, NODES_LAN, seen, this);
      const left = (await inspect(kernel, OWN, this.#mtu)).findings;
      if (left.length === 0) {
        if (!isNew) this.tell({ kind: "lan-mended", lan: NODES_LAN, why: wrong });
        return;
      }
      this.#beyondHelp = { what: describeFindings(NODES_LAN, left), at: this.now() };
    }
    throw new Error(`the nodes' own LAN stays wrong after mending: ${this.#beyondHelp?.what}`);
  }

  /** No pod is on this LAN, so no port tells its MTU (bytes). */
  get #mtu(): number {
    return this.facts.mtu - vxlanOverhead(this.facts.vtep);
  }
}

async function withLockedLan(work: (kernel: Kernel) => Promise<void>): Promise<void> {
  const kernel = openKernel(converse, () => LIMIT_MS);
  try {
    using _lan = await lock(lockFile(NODES_LAN.vni), { make: true, timeoutMs: LIMIT_MS });
    await work(kernel);
  } finally {
    await kernel.close();
  }
}
