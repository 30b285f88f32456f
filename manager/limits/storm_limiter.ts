// Limits the frames that ports of LANs send and have flooded, and says which device meets a limit.
import { saysNoTable } from "../../shared/iproute2/messages.ts";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { must } from "../../shared/process/must.ts";
import { inNetns } from "../../shared/process/netns.ts";
import { bridge } from "../../shared/iproute2/words.ts";
import { parseAlias } from "../../shared/lan/alias.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import type { FloodNodes } from "../entries/flood_nodes.ts";
import { listFdb } from "../entries/list_fdb.ts";
import type { Limited, Tell } from "../events/event.ts";
import type { LanDevicesOnNode } from "../lans/list_lans.ts";
import type { MacLimiter } from "./mac_limiter.ts";
import type { Duty } from "../loop/duty.ts";
import { Seldom } from "../loop/seldom.ts";
import { nameDevice } from "../lans/name_device.ts";
import { lanDevices } from "../../shared/lan/lan.ts";
import {
  type AtPort,
  FEW_FLOODED,
  formChain,
  limitOfCopies,
  limitOfOthers,
  limitOfPort,
  metSet,
  NEW_MACS,
  type OwnLimit,
  parseChains,
  parsePorts,
  planNoOwnLimits,
  planOwnLimits,
  planSilent,
  PORT_FRAMES,
  REMOVE_STORM_TABLE,
  renderTable,
  STORM_TABLE,
  TABLE_LIMITS,
} from "./storm_table.ts";

const TABLE = STORM_TABLE.split(" ");

/** So many MAC addresses are known from the start; others become known by their next frame. */
const MOST_KNOWN = 100_000;

/** Limits that no setting changes. */
const FIXED: Readonly<Partial<Record<Met["limit"], number>>> = {
  share: FEW_FLOODED,
  frames: PORT_FRAMES,
  learning: NEW_MACS,
};

/** A limit that is met is told of so late (ms) at most: the table drops frames by itself. */
const SELDOM_MS = 5_000;

/** One table in the LAN namespace serves all LANs: an ADD has nothing to do for it. */
export class StormLimiter implements Duty {
  readonly name = "limit storms in LANs";
  readonly mayTakeLong = true;
  #devices: LanDevicesOnNode = { bridges: [], ports: [], vxlans: [] };
  /** The table has this manager's limit. */
  #isSet = false;
  #own: ReadonlyMap<string, OwnLimit> = new Map();
  #silent: readonly string[] = [];
  /** The table is made for bridges that keep no limit. */
  #learnsSlowly = false;
  readonly #seldom = new Seldom(SELDOM_MS);
  /** By limit and port. */
  readonly #met = new Map<string, Limited>();

  /**
   * @param limit flooded frames a second of a port; 0 is no limit of any frames
   * @param floods the nodes that a frame goes to when it is flooded
   * @param macs whether ports stop to learn, because bridges keep no limit by themselves
   */
  constructor(
    private readonly limit: number,
    private readonly tell: Tell,
    private readonly floods: Pick<FloodNodes, "of">,
    private readonly macs: Pick<MacLimiter, "isByPort">,
  ) {}

  /** Is given the devices of all LANs whenever they have changed. */
  takeDevices(devices: LanDevicesOnNode): void {
    this.#devices = devices;
  }

  async look(): Promise<void> {
    if (!this.#isSet || this.macs.isByPort !== this.#learnsSlowly) await this.#start();
    if (this.limit === 0) return;
    if (this.#seldom.isDue()) await this.#listen();
    await this.#setOwn();
    if (this.#learnsSlowly) await this.#setSilent();
  }

  async #listen(): Promise<void> {
    const met = await this.#listMet();
    if (met !== undefined) return this.#tellNews(met);
    // Somebody has removed the table, or there is another namespace.
    this.#isSet = false;
    await this.#start();
  }

  async #start(): Promise<void> {
    const chains = parseChains((await nft(["list", "chains", "bridge"])).stdout);
    const learnsSlowly = this.macs.isByPort;
    const form = { limit: this.limit, learnsSlowly };
    if (this.limit === 0) {
      if (chains.length > 0) await apply(REMOVE_STORM_TABLE);
    } else if (chains.includes(formChain(form))) {
      await apply(planNoOwnLimits(chains, form));
    } else {
      await apply(renderTable(form, await listLearnt()));
    }
    this.#isSet = true;
    this.#learnsSlowly = learnsSlowly;
    this.#own = new Map();
    this.#silent = [];
  }

  /** What is met, and at which port; undefined where there is no table. */
  async #listMet(): Promise<Met[] | undefined> {
    const all: Met[] = [];
    for (const limit of TABLE_LIMITS) {
      const done = await nft(["-j", "list", "set", ...TABLE, metSet(limit)]);
      if (saysNoTable(done.stderr)) return undefined;
      if (done.reason !== "success") throw new Error(describe(done));
      all.push(...parsePorts(done.stdout).map((port) => ({ limit, port })));
    }
    return all;
  }

  /**
   * Ports of LANs that have a lower limit of their own, or very many nodes, and VXLAN devices of
   * those that have several ports.
   */
  async #setOwn(): Promise<void> {
    const { bridges, ports, vxlans } = this.#devices;
    const limits = new Map(bridges.flatMap(({ ifname, alias }) => {
      const signed = parseAlias(alias);
      if (signed === undefined) return [];
      const nodes = this.floods.of(lanDevices(signed.lan).vxlan)?.size ?? 0;
      const limit = Math.min(signed.limits?.stormLimit ?? Infinity, limitOfCopies(nodes));
      return limit >= this.limit ? [] : [[ifname, limitOfPort(limit)]];
    }));
    const portsOf = Map.groupBy(ports, ({ master }) => master);
    const ofOthers = vxlans.flatMap(({ ifname, master }): [string, OwnLimit][] => {
      const count = portsOf.get(master)?.length ?? 0;
      // It is of all ports of all other nodes, so no limit of one port stands in for it.
      return count < 2 ? [] : [[ifname, limitOfOthers(count)]];
    });
    const ofPorts = ports.flatMap(({ ifname, master = "" }): [string, OwnLimit][] => {
      const own = limits.get(master);
      return own === undefined ? [] : [[ifname, own]];
    });
    const wanted = new Map([...ofPorts, ...ofOthers]);
    const script = planOwnLimits(wanted, this.#own);
    if (script !== "") await apply(script);
    this.#own = wanted;
  }

  async #setSilent(): Promise<void> {
    const silent = this.#devices.ports.filter(({ alias }) => parseAlias(alias)?.learning === "off");
    const wanted = silent.map(({ ifname }) => ifname);
    const script = planSilent(wanted, this.#silent);
    if (script !== "") await apply(script);
    this.#silent = wanted;
  }

  #tellNews(all: readonly Met[]): void {
    const now = new Map(all.map((one) => [`${one.limit} ${one.port}`, one]));
    for (const [key, limited] of this.#met) {
      if (now.has(key)) continue;
      this.#met.delete(key);
      this.tell({ kind: "limit-left", ...limited });
    }
    const { ports, vxlans } = this.#devices;
    const links = new Map([...ports, ...vxlans].map((link) => [link.ifname, link]));
    for (const [key, { limit, port }] of now) {
      const link = links.get(port);
      const signed = parseAlias(link?.alias);
      if (signed === undefined || this.#met.has(key)) continue;
      const most = FIXED[limit] ?? this.#own.get(port)?.limit ?? this.limit;
      const limited = { limit, lan: signed.lan, device: nameDevice(port, signed.owner), most };
      this.#met.set(key, limited);
      this.tell({ kind: "limit-met", ...limited });
    }
  }
}

/** A limit that a port has met. */
interface Met {
  readonly limit: typeof TABLE_LIMITS[number];
  readonly port: string;
}

function nft(words: readonly string[], stdin?: string) {
  const argv = inNetns(LAN_NETNS, ["nft", ...words]);
  return run({ argv, ...(stdin !== undefined && { stdin }) });
}

async function apply(script: string): Promise<void> {
  const argv = inNetns(LAN_NETNS, ["nft", "-f", "-"]);
  await must("limit storms", { argv, stdin: script });
}

/** What the bridges have learnt: frames to these MAC addresses are not flooded. */
async function listLearnt(): Promise<AtPort[]> {
  const learnt: AtPort[] = [];
  await listFdb(run, (line) => {
    const [, mac, port] = /^(\S+) dev (\S+) .*\bmaster /.exec(line) ?? [];
    if (learnt.length >= MOST_KNOWN || mac === undefined || port === undefined) return;
    learnt.push([mac, port]);
  }, bridge`fdb show dynamic`);
  return learnt;
}
