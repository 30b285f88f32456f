// Limits the frames that ports of LANs have flooded, and says which device makes a storm.
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { must } from "../../shared/process/must.ts";
import { inNetns } from "../../shared/process/netns.ts";
import { bridge } from "../../shared/iproute2/words.ts";
import { parseAlias } from "../../shared/lan/alias.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { listFdb } from "../entries/list_fdb.ts";
import type { Limited, Tell } from "../events/event.ts";
import type { LanDevicesOnNode } from "../lans/list_lans.ts";
import type { Duty } from "../loop/duty.ts";
import { Seldom } from "../loop/seldom.ts";
import { nameDevice } from "./name_device.ts";
import {
  limitWords,
  parseStorming,
  planOwnLimits,
  REMOVE_STORM_TABLE,
  renderTable,
  STORM_TABLE,
} from "./storm_table.ts";

/** So many MAC addresses are known from the start; others become known by their next frame. */
const MOST_KNOWN = 100_000;

/** A storm is told of so late (ms) at most: the table limits the storm by itself. */
const SELDOM_MS = 5_000;

/** One table in the LAN namespace serves all LANs: an ADD has nothing to do for it. */
export class StormLimiter implements Duty {
  readonly name = "limit storms in LANs";
  #devices: Pick<LanDevicesOnNode, "bridges" | "ports"> = { bridges: [], ports: [] };
  /** The table has this manager's limit. */
  #isSet = false;
  #own: ReadonlyMap<string, number> = new Map();
  readonly #seldom = new Seldom(SELDOM_MS);
  readonly #storming = new Map<string, Limited>();

  /** @param limit flooded frames a second of a port; 0 is none */
  constructor(private readonly limit: number, private readonly tell: Tell) {}

  /** Is given the devices of all LANs whenever they have changed. */
  takeDevices(devices: LanDevicesOnNode): void {
    this.#devices = devices;
  }

  async look(): Promise<void> {
    if (!this.#isSet) await this.#start();
    if (this.limit === 0) return;
    if (this.#seldom.isDue()) await this.#listen();
    await this.#setOwn();
  }

  async #listen(): Promise<void> {
    const storming = await this.#listStorming();
    if (storming !== undefined) return this.#tellNews(storming);
    // Somebody has removed the table, or there is another namespace.
    this.#isSet = false;
    await this.#start();
  }

  async #start(): Promise<void> {
    const { reason, stdout } = await nft(["list", "chain", ...STORM_TABLE.split(" "), "flooded"]);
    const isThere = reason === "success";
    if (this.limit === 0) {
      if (isThere) await apply(REMOVE_STORM_TABLE);
    } else if (!isThere || !stdout.includes(`${limitWords(this.limit)} `)) {
      await apply(renderTable(this.limit, await listMacs()));
    }
    this.#isSet = true;
    this.#own = new Map();
  }

  async #listStorming(): Promise<string[] | undefined> {
    const done = await nft(["-j", "list", "set", ...STORM_TABLE.split(" "), "storming"]);
    if (done.reason === "success") return parseStorming(done.stdout);
    if (/No such file or directory/.test(done.stderr)) return undefined;
    throw new Error(describe(done));
  }

  /** Ports of LANs that have a lower limit of their own. */
  async #setOwn(): Promise<void> {
    const { bridges, ports } = this.#devices;
    const limits = new Map(bridges.flatMap(({ ifname, alias }) => {
      const limit = parseAlias(alias)?.limits?.stormLimit;
      return limit === undefined || limit >= this.limit ? [] : [[ifname, limit]];
    }));
    const wanted = new Map(ports.flatMap(({ ifname, master = "" }) => {
      const limit = limits.get(master);
      return limit === undefined ? [] : [[ifname, limit]];
    }));
    const script = planOwnLimits(wanted, this.#own);
    if (script !== "") await apply(script);
    this.#own = wanted;
  }

  #tellNews(storming: readonly string[]): void {
    for (const [port, limited] of this.#storming) {
      if (storming.includes(port)) continue;
      this.#storming.delete(port);
      this.tell({ kind: "limit-left", ...limited });
    }
    for (const port of storming) {
      const link = this.#devices.ports.find(({ ifname }) => ifname === port);
      const signed = parseAlias(link?.alias);
      if (signed === undefined || this.#storming.has(port)) continue;
      const most = this.#own.get(port) ?? this.limit;
      const device = nameDevice(port, signed.owner);
      const limited = { limit: "storm", lan: signed.lan, device, most } as const;
      this.#storming.set(port, limited);
      this.tell({ kind: "limit-met", ...limited });
    }
  }
}

function nft(words: readonly string[], stdin?: string) {
  const argv = inNetns(LAN_NETNS, ["nft", ...words]);
  return run({ argv, ...(stdin !== undefined && { stdin }) });
}

async function apply(script: string): Promise<void> {
  const argv = inNetns(LAN_NETNS, ["nft", "-f", "-"]);
  await must("limit storms", { argv, stdin: script });
}

/** MAC addresses that the bridges know: frames to them are not flooded. */
async function listMacs(): Promise<string[]> {
  const macs = new Set<string>();
  await listFdb(run, (line) => {
    const [mac = ""] = line.split(" ", 1);
    if (macs.size < MOST_KNOWN && / master /.test(line)) macs.add(mac);
  }, bridge`fdb show dynamic`);
  return [...macs];
}
