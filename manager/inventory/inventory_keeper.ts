// Keeps this node's inventory up to date, from look to look.
import { sleep } from "../../shared/process/time.ts";
import { VERSION } from "../../shared/version.ts";
import { run } from "../../shared/process/exec.ts";
import type { Journal } from "../events/journal.ts";
import { isAtLeast } from "../events/render.ts";
import { type LanDevicesOnNode, listDevices } from "../lans/list_lans.ts";
import type { Duty } from "../loop/duty.ts";
import { Soon } from "../loop/soon.ts";
import type { Health } from "../loop/health.ts";
import type { Observation } from "../loop/observation.ts";
import type { Settings } from "../settings.ts";
import { buildInventory } from "./build_inventory.ts";
import type { Inventory } from "./inventory.ts";
import { readPortCounters, withCounters } from "./port_counters.ts";

const NO_DEVICES: LanDevicesOnNode = { bridges: [], vxlans: [], ports: [] };
/** Changes of so long (ms) are seen together. */
const SOON_MS = 250;
/** A list is followed by a rest of so many times its own length: it has a tenth of the time. */
const REST_FACTOR = 9;
/** The longest rest (ms). */
const MOST_REST_MS = 2_000;

export class InventoryKeeper implements Duty, AsyncDisposable {
  readonly name = "keep the inventory";
  /** Address of this node; it may change. */
  address = "";
  #devices = NO_DEVICES;
  #seen: Observation | undefined;
  #inventory: Inventory | undefined;
  readonly #followers = new Set<() => void>();
  readonly #soon = new Soon(() => this.#listAgain(), SOON_MS);

  constructor(
    private readonly settings: Pick<Settings, "role" | "nodeName">,
    private readonly health: Pick<Health, "ready">,
    private readonly journal: Pick<Journal, "after">,
  ) {}

  /** What this node is called. */
  get nodeName(): string {
    return this.settings.nodeName ?? Deno.hostname();
  }

  /** Is given all devices whenever they have changed. A property, so that it can be handed on. */
  readonly takeDevices = (devices: LanDevicesOnNode): void => {
    this.#devices = devices;
  };

  /** Hears that a device has changed: whoever follows does not wait for the next look. */
  hearLink(): void {
    if (this.#followers.size > 0) this.#soon.ask();
  }

  /** Calls `hear` when the inventory may have changed, until the answer is disposed. */
  follow(hear: () => void): Disposable {
    this.#followers.add(hear);
    // What has changed while nobody followed is not known yet.
    if (this.settings.role === "worker") this.#soon.ask();
    return { [Symbol.dispose]: () => void this.#followers.delete(hear) };
  }

  look(seen: Observation): Promise<void> {
    this.#seen = seen;
    this.#inventory = this.#build();
    for (const hear of this.#followers) hear();
    return Promise.resolve();
  }

  /** The inventory of this moment without counters; undefined before the first look. */
  current(): Inventory | undefined {
    return this.#inventory && (this.#inventory = this.#build());
  }

  /** The same with the counters of all ports, which are read now. */
  async counted(): Promise<Inventory | undefined> {
    if (this.#inventory !== undefined && this.settings.role === "worker") await this.#list();
    const inventory = this.current();
    if (inventory === undefined || inventory.ports.length === 0) return inventory;
    return withCounters(inventory, await readPortCounters(run, inventory));
  }

  async #list(): Promise<void> {
    this.takeDevices(await listDevices(run));
  }

  /** On a busy node this takes one part of ten of the time at most. */
  async #listAgain(): Promise<void> {
    const started = performance.now();
    await this.#list();
    for (const hear of this.#followers) hear();
    await sleep(Math.min(REST_FACTOR * (performance.now() - started), MOST_REST_MS));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#soon[Symbol.asyncDispose]();
  }

  #build(): Inventory {
    const seen = this.#seen!;
    const { ok: ready, reasons } = this.health.ready();
    const { role } = this.settings;
    const name = this.nodeName;
    return buildInventory({
      now: Date.now(),
      node: { name, address: this.address, role, version: VERSION, ready, reasons },
      ...{ seen, age: performance.now() - seen.at },
      devices: this.#devices,
      events: this.journal.after(0).filter((event) => isAtLeast(event, "info")),
    }, this.#inventory);
  }
}
