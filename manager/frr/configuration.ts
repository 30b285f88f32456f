// FRR's configuration over the manager's life: written before FRR starts, applied once it answers, and again when a reflector has moved.
import type { Log } from "../log.ts";
import { isAddress, type Settings } from "../settings.ts";
import { applyFrrConf, writeFrrConf } from "./apply.ts";
import { addressesOf, findReflectors, type Found } from "./find_reflectors.ts";
import { modelFrr } from "./model.ts";
import { renderFrr } from "./render.ts";

export class FrrConfiguration {
  #found: Found = new Map();
  #written = "";
  #applied = "";

  /** @param vtep this node's address */
  constructor(
    private readonly settings: Settings,
    private readonly vtep: string,
    private readonly log: Log,
  ) {}

  /** Writes what the settings and the reflectors' names say now to where FRR reads it at its start. */
  async write(): Promise<void> {
    this.#found = await findReflectors(this.settings.reflectors, this.#found);
    const text = renderFrr(modelFrr(this.settings, this.vtep, addressesOf(this.#found)));
    if (text === this.#written) return;
    this.log("info", `FRR's configuration: ${await writeFrrConf(text)}`);
    this.#written = text;
  }

  /** Brings a running FRR to what was written. */
  async apply(): Promise<void> {
    if (this.#applied === this.#written) return;
    this.log("info", `FRR runs it: ${await applyFrrConf(this.#written)}`);
    this.#applied = this.#written;
  }

  /** Looks for reflectors that are known by name, and brings FRR to them. */
  async follow(): Promise<void> {
    if (this.settings.reflectors.every(isAddress)) return;
    await this.write();
    await this.apply();
  }
}
