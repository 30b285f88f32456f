// FRR's configuration over the manager's life: written, applied, and changed with the reflectors.
import type { Tell } from "../events/event.ts";
import { within } from "../../shared/process/time.ts";
import type { Duty } from "../loop/duty.ts";
import { isAddress, type Settings } from "../settings.ts";
import { readTextIfThere } from "../../shared/files.ts";
import { applyFrrConf, writeFrrConf } from "./apply.ts";
import { type Client, readClients } from "./clients.ts";
import { addressesOf, findReflectors, type Found } from "./find_reflectors.ts";
import { modelFrr } from "./model.ts";
import { renderFrr } from "./render.ts";
import { FRR_CONF } from "./start_files.ts";

/** So long (ms) a look waits for names; what is found later counts at the next look. */
const PATIENCE_MS = 200;

export class FrrConfiguration implements Duty {
  readonly name = "follow the reflectors";
  #found: Found = new Map();
  #search: Promise<void> | undefined;
  /** Names that were told to be unknown. */
  #unknown: ReadonlySet<string> = new Set();
  /** Whom a reflector takes routes from. */
  #clients: readonly Client[] | undefined;
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
    await this.#find();
    await this.#write();
  }

  /** Those that an earlier manager has written are known already. */
  async clients(): Promise<readonly Client[]> {
    return this.#clients ??= readClients(await readTextIfThere(FRR_CONF) ?? "");
  }

  /** Has a reflector take routes of these, and of no others. */
  async believe(clients: readonly Client[]): Promise<void> {
    this.#clients = clients;
    await this.#write();
    await this.apply();
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
    // A DNS that does not answer must not hold up other duties.
    await within(PATIENCE_MS, this.#find());
    await this.#write();
    await this.apply();
  }

  #find(): Promise<void> {
    return this.#search ??= findReflectors(this.settings.reflectors, this.#found)
      .then((found) => {
        this.#found = found;
        this.#tellUnknown();
      })
      .finally(() => this.#search = undefined);
  }

  #tellUnknown(): void {
    const unknown = [...this.#found].filter(([, addresses]) => addresses.length === 0);
    const names = new Set(unknown.map(([name]) => name));
    const news = names.difference(this.#unknown);
    this.#unknown = names;
    for (const name of news) this.tell({ kind: "reflector-unknown", name });
  }

  async #write(): Promise<void> {
    const peers = { reflectors: addressesOf(this.#found), clients: await this.clients() };
    const text = renderFrr(modelFrr(this.settings, this.vtep, peers));
    if (text === this.#written) return;
    this.tell({ kind: "frr-configured", outcome: await writeFrrConf(text) });
    this.#written = text;
  }
}
