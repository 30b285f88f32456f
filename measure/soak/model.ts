// Random calls on many LANs, and what each should answer.
// This is a model of a node on which a few containers come and go.
import { identifyLan, lanDevices, portName } from "../../shared/lan/lan.ts";
import { LANS as LAN_NETNS } from "../../tests/fixture/bare_node.ts";
import { type Call, CODE } from "../../tests/fixture/calls.ts";

export const LANS = 50;
export const CONTAINERS = 16;
const IFNAMES = ["net1", "net2", "net3"] as const;

/** A container's interface. */
interface Place {
  readonly container: string;
  readonly ifname: string;
}

/** A call, and the code that answers it; 0 is success. */
export interface Expected {
  readonly call: Call;
  readonly code: number;
}

/** A number from 0 up to 1, without 1. */
export type Random = () => number;

export const netnsOf = (container: string) => `/run/netns/${container}`;

/**
 * Which place is on which LAN. The calls of one container are made one after the other, those of
 * several containers in any order.
 */
export class Model {
  readonly #attached = new Map<string, { readonly place: Place; readonly lan: number }>();

  constructor(private readonly random: Random) {}

  /** The next call of a container; from now on it counts as made. */
  next(container: string): Expected {
    const place = { container, ifname: this.#pick(IFNAMES) };
    // Some LANs have many pods at a time, and most have one or none.
    const lan = Math.floor(LANS * this.random() ** 2);
    const share = this.random();
    if (share < 0.4) return this.#add(place, lan);
    if (share < 0.75) return this.#delete(place);
    if (share < 0.85) return this.#check(place, lan);
    if (share < 0.9) return this.#collect(container, lan);
    if (share < 0.95) return { call: callOf("STATUS", place, lan), code: 0 };
    const [wrong, code] = this.#pick(WRONG);
    return { call: { ...callOf("ADD", place, lan), ...wrong }, code };
  }

  /** Calls that take everything away. */
  clear(): Expected[] {
    return [...this.#attached.values()].map(({ place }) => this.#delete(place));
  }

  /**
   * The devices that should be there, sorted: those in the LAN namespace, a port with its bridge
   * behind it, and those in pods.
   */
  async render(): Promise<string[]> {
    const entries = [...this.#attached.values()].map(async ({ place, lan }) => {
      const { bridge, vxlan } = lanDevices(await toLan(lan));
      const port = await portName(place.container, place.ifname);
      const inLans = [`${port} ${bridge}`, `${vxlan} ${bridge}`, bridge];
      return [...inLans, `${place.container} ${place.ifname}`];
    });
    return [...new Set((await Promise.all(entries)).flat())].sort();
  }

  #add(place: Place, lan: number): Expected {
    const call = callOf("ADD", place, lan);
    if (this.#attached.has(keyOf(place))) return { call, code: 4 };
    this.#attached.set(keyOf(place), { place, lan });
    return { call, code: 0 };
  }

  /** A DEL may have another LAN's config, as if the definition had been edited since the ADD. */
  #delete(place: Place): Expected {
    const lan = this.#attached.get(keyOf(place))?.lan ?? 0;
    this.#attached.delete(keyOf(place));
    return { call: callOf("DEL", place, this.random() < 0.9 ? lan : (lan + 1) % LANS), code: 0 };
  }

  #check(place: Place, other: number): Expected {
    const attached = this.#attached.get(keyOf(place));
    const isAsked = attached !== undefined && this.random() < 0.8;
    const interfaces = [{ name: place.ifname, sandbox: netnsOf(place.container) }];
    const call = callOf("CHECK", place, isAsked ? attached.lan : other, {
      prevResult: { interfaces },
    });
    return { call, code: isAsked || attached?.lan === other ? 0 : 100 };
  }

  /**
   * Collects some of the container's own ports, since the model does not know what others do
   * meanwhile.
   */
  #collect(container: string, lan: number): Expected {
    const doomed = IFNAMES.filter(() => this.random() < 0.5).map((ifname) => ({
      container,
      ifname,
    }));
    const isDoomed = (place: Place) => doomed.some((one) => keyOf(one) === keyOf(place));
    for (const place of doomed) {
      if (this.#attached.get(keyOf(place))?.lan === lan) this.#attached.delete(keyOf(place));
    }
    const valid = PLACES.filter((place) => !isDoomed(place))
      .map(({ container, ifname }) => ({ containerID: container, ifname }));
    const call = callOf("GC", { container, ifname: "net1" }, lan, {
      "cni.dev/valid-attachments": valid,
    });
    return { call, code: 0 };
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.random() * choices.length)]!;
  }
}

export const containers = Array.from({ length: CONTAINERS }, (_, at) => `c${at}`);
const PLACES = containers.flatMap((container) => IFNAMES.map((ifname) => ({ container, ifname })));

/** What is wrong with an ADD, and its code. */
const WRONG: readonly [Partial<Call>, number][] = [
  [{ stdin: "{" }, CODE.decode],
  [{ ifname: "a/b" }, CODE.environment],
  [{ netns: "/run/netns/none" }, CODE.netns],
  [{ netns: LAN_NETNS }, CODE.netns],
  [{ config: { vxlanId: -1 } }, CODE.config],
  [{ config: { cniVersion: "9" } }, CODE.incompatibleVersion],
];

const keyOf = ({ container, ifname }: Place) => `${container} ${ifname}`;

/** LANs with short names and with long ones; some of them share a lock. */
function keysOfLan(lan: number) {
  const name = lan % 2 === 0 ? `n${lan}` : `a_long_name_${lan}`;
  return { name, suffix: "soak", vxlanId: lan < 40 ? lan : lan - 40 + 256 };
}

function toLan(lan: number) {
  const { name, suffix, vxlanId } = keysOfLan(lan);
  return identifyLan(name, suffix, vxlanId);
}

function callOf(verb: string, { container, ifname }: Place, lan: number, more: object = {}): Call {
  const config = { ...keysOfLan(lan), ...more };
  return { verb, container, ifname, netns: netnsOf(container), config };
}
