// FRR's configuration over the manager's life: written, applied, and changed with the reflectors.
import type { Tell } from "../events/event.ts";
import { run } from "../../shared/process/exec.ts";
import { scaled } from "../../shared/process/time_scale.ts";
import { sleep, within } from "../../shared/process/time.ts";
import type { Duty } from "../loop/duty.ts";
import { isUp } from "../loop/news.ts";
import type { Observation } from "../loop/observation.ts";
import { isAddress, type Settings } from "../settings.ts";
import { readTextIfThere } from "../../shared/files.ts";
import { applyFrrConf, countsRoutes, runs, writeFrrConf } from "./apply.ts";
import { type Client, readClients } from "./clients.ts";
import { addressesOf, findReflectors, type Found, withoutServices } from "./find_reflectors.ts";
import { modelFrr, type RefusedNode } from "./model.ts";
import { choosePassword, type Passwords, startPasswords } from "./password_choice.ts";
import { findPassword, readPassword } from "./passwords.ts";
import { renderFrr } from "./render.ts";
import { FRR_CONF } from "./start_files.ts";
import { requireTtlSecurity } from "./ttl_security.ts";

/** So long (ms) a look waits for names; what is found later counts at the next look. */
const PATIENCE_MS = 200;
/** vtysh reads a configuration to FRR in less than this. */
const START_MS = 3_000;
const POLL_MS = 50;

export class FrrConfiguration implements Duty {
  readonly name = "follow the reflectors and the password";
  #found: Found = new Map();
  #search: Promise<void> | undefined;
  /** Names that were told to be unknown. */
  #unknown: ReadonlySet<string> = new Set();
  /** Whom a reflector takes routes from. */
  #clients: readonly Client[] | undefined;
  /** Nodes that a worker takes no routes to. */
  #refused: readonly RefusedNode[] = [];
  #passwords: Passwords | undefined;
  #mostRoutes: number | undefined;
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
    this.#passwords ??= await this.#startPasswords();
    const { role, maxRoutes, ttlSecurity } = this.settings;
    if (ttlSecurity > 0) await requireTtlSecurity(run);
    const isCounted = role === "route-reflector" && await countsRoutes();
    // The manager ends a session with less: this one is for what comes faster than its looks.
    this.#mostRoutes = isCounted ? 2 * maxRoutes : undefined;
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

  /** Has a worker take no routes to these nodes, whoever passes them on. */
  async refuse(nodes: readonly RefusedNode[]): Promise<void> {
    this.#refused = nodes;
    await this.#write();
    await this.apply();
  }

  /** Waits, but not for long, until an FRR that has just started has read what was written. */
  async awaitStart(signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + scaled(START_MS);
    while (!signal.aborted && performance.now() < deadline && !await runs(this.#written)) {
      await sleep(POLL_MS, signal);
    }
  }

  /** Brings a running FRR to what was written. */
  async apply(): Promise<void> {
    if (this.#applied === this.#written) return;
    this.tell({ kind: "frr-applied", outcome: await applyFrrConf(this.#written) });
    this.#applied = this.#written;
  }

  /** Follows the password and the reflectors that are known by name, and brings FRR to them. */
  async look({ at, sessions }: Pick<Observation, "at" | "sessions">): Promise<void> {
    await this.#followPassword(at, sessions.some(isUp));
    // A DNS that does not answer must not hold up other duties.
    if (!this.#reflectors.every(isAddress)) await within(PATIENCE_MS, this.#find());
    await this.#write();
    await this.apply();
  }

  async #followPassword(at: number, isInSession: boolean): Promise<void> {
    const { bgpPasswordFile: file, role, passwordDelay } = this.settings;
    if (file === undefined || this.#passwords === undefined) return;
    const before = this.#passwords;
    const delayMs = role === "route-reflector" ? passwordDelay * 1000 : undefined;
    const look = { at, wanted: await readPassword(file), isInSession };
    this.#passwords = choosePassword(before, look, delayMs);
    if (this.#passwords.used !== before.used) this.tell({ kind: "password-changed" });
  }

  /** A worker begins with the password that FRR has: its reflector may have that one, too. */
  async #startPasswords(): Promise<Passwords> {
    const { bgpPassword, bgpPasswordFile: file, role } = this.settings;
    if (file === undefined) return startPasswords(bgpPassword, bgpPassword, performance.now());
    const wanted = await readPassword(file);
    const text = role === "worker" ? await readTextIfThere(FRR_CONF) : undefined;
    const used = text === undefined ? wanted : findPassword(text);
    return startPasswords(used, wanted, performance.now());
  }

  /** The passwords that count on a reflector, the used one first; undefined stands for none. */
  get passwords(): readonly (string | undefined)[] {
    const { used, wanted } = this.#passwords ?? {};
    return used === wanted ? [used] : [used, wanted];
  }

  get #password(): string | undefined {
    return this.#passwords?.used;
  }

  /** A password does not get through a Service. */
  get #reflectors(): readonly string[] {
    const { reflectors } = this.settings;
    return this.#passwords?.wanted === undefined ? reflectors : withoutServices(reflectors);
  }

  #find(): Promise<void> {
    return this.#search ??= findReflectors(this.#reflectors, this.#found)
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
    const peers = {
      reflectors: addressesOf(this.#found),
      clients: await this.clients(),
      refused: this.#refused,
      mostRoutes: this.#mostRoutes,
    };
    const settings = { ...this.settings, bgpPassword: this.#password };
    const text = renderFrr(modelFrr(settings, this.vtep, peers));
    if (text === this.#written) return;
    this.tell({ kind: "frr-configured", outcome: await writeFrrConf(text) });
    this.#written = text;
  }
}
