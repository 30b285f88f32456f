// Keeps this node's inventory up to date, from look to look.
import { VERSION } from "../../shared/version.ts";
import { run } from "../../shared/process/exec.ts";
import { type Level, LEVELS, type NodeEvent } from "../events/event.ts";
import type { Journal } from "../events/journal.ts";
import { levelOf } from "../events/render.ts";
import type { LanDevicesOnNode } from "../lans/list_lans.ts";
import type { Duty } from "../loop/duty.ts";
import type { Health } from "../loop/health.ts";
import type { Observation } from "../loop/observation.ts";
import type { Settings } from "../settings.ts";
import { buildInventory } from "./build_inventory.ts";
import type { Inventory } from "./inventory.ts";
import { readPortCounters, withCounters } from "./port_counters.ts";
import { PortMacs } from "./port_macs.ts";

const NO_DEVICES: LanDevicesOnNode = { bridges: [], vxlans: [], ports: [] };
const LEAST: Level = "info";

export class InventoryKeeper implements Duty {
  readonly name = "keep the inventory";
  /** It is given each line of `bridge monitor fdb`. */
  readonly macs = new PortMacs();
  /** Address of this node; it may change. */
  address = "";
  #devices = NO_DEVICES;
  #seen: Observation | undefined;
  #inventory: Inventory | undefined;

  constructor(
    private readonly settings: Pick<Settings, "role" | "nodeName">,
    private readonly health: Pick<Health, "ready">,
    private readonly journal: Pick<Journal, "after">,
  ) {}

  /** Is given all devices whenever they have changed. A property, so that it can be handed on. */
  readonly takeDevices = (devices: LanDevicesOnNode): void => {
    this.#devices = devices;
    this.macs.takeDevices(devices);
  };

  async look(seen: Observation): Promise<void> {
    this.#seen = seen;
    if (this.settings.role === "worker") await this.macs.look();
    this.#inventory = this.#build();
  }

  /** The inventory of this moment without counters; undefined before the first look. */
  current(): Inventory | undefined {
    return this.#inventory && (this.#inventory = this.#build());
  }

  /** The same with the counters of all ports, which are read now. */
  async counted(): Promise<Inventory | undefined> {
    const inventory = this.current();
    if (inventory === undefined || inventory.ports.length === 0) return inventory;
    return withCounters(inventory, await readPortCounters(run));
  }

  #build(): Inventory {
    const { ok: ready, reasons } = this.health.ready();
    const { role, nodeName: name = Deno.hostname() } = this.settings;
    return buildInventory({
      now: Date.now(),
      node: { name, address: this.address, role, version: VERSION, ready, reasons },
      seen: this.#seen!,
      devices: this.#devices,
      macs: this.macs.all,
      events: this.journal.after(0).filter(matters),
    }, this.#inventory);
  }
}

function matters(event: NodeEvent): boolean {
  return LEVELS.indexOf(levelOf(event)) >= LEVELS.indexOf(LEAST);
}
