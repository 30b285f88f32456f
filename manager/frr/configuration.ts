// FRR's configuration over the manager's life: written, applied, and changed with the reflectors.
import type { Tell } from "../events/event.ts";
import type { Duty } from "../loop/duty.ts";
import { isAddress, type Settings } from "../settings.ts";
import { applyFrrConf, writeFrrConf } from "./apply.ts";
import { addressesOf, findReflectors, type Found } from "./find_reflectors.ts";
import { modelFrr } from "./model.ts";
import { renderFrr } from "./render.ts";

export class FrrConfiguration implements Duty {
  readonly name = "follow the reflectors";
  #found: Found = new Map();
  #written = "";
  #applied = "";

  /** @param vtep this node's address */
  constructor(
    private readonly settings: Settings,
    private readonly vtep: string,
    private readonly tell: Tell,
  ) {}

  /** Writes what settings and reflectors' names say now to where FRR reads it at its start. */
  async write(): Promise<void> {
    this.#found = await findReflectors(this.settings.reflectors, this.#found);
    const text = renderFrr(modelFrr(this.settings, this.vtep, addressesOf(this.#found)));
    if (text === this.#written) return;
    this.tell({ kind: "frr-configured", outcome: await writeFrrConf(text) });
    this.#written = text;
  }

  /** Brings a running FRR to what was written. */
  async apply(): Promise<void> {
    if (this.#applied === this.#written) return;
    this.tell({ kind: "frr-applied", outcome: await applyFrrConf(this.#written) });
    this.#applied = this.#written;
  }

  /** Looks for reflectors that are known by name, and brings FRR to them. */
  async look(): Promise<void> {
    if (this.settings.reflectors.every(isAddress)) return;
    await this.write();
    await this.apply();
  }
}
