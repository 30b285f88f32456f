// A node as a pod of the manager makes it: FRR in one container, the manager in another.
// Each of the two can be ended and started.
import { LANS } from "../../tests/fixture/bare_node.ts";
import type { Node } from "../../tests/fixture/cluster.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import { frrPids } from "../../tests/fixture/frr.ts";
import { Manager } from "../../tests/fixture/manager.ts";

/** Where the LAN namespace stays pinned, whatever becomes of its own name. */
export const PINNED = "/run/lans";

// A container is a PID namespace: when its first process ends, all others end. This prints that
// first process' number on the node. Arguments: the container's environment, and a wrapper.
const CONTAINER = `
setsid unshare --pid --fork --kill-child --mount-proc --propagation slave \\
  env "$@" tini -- /etc/frr/megalos-start </dev/null >>/run/frr.log 2>&1 &
shell=$!
until init=$(ps --ppid "$shell" -o pid=); do sleep 0.01; done
echo $init
`;

/** Words in front of what runs in the two containers. */
export interface Wrappers {
  readonly frr?: readonly string[];
  readonly manager?: readonly string[];
}

interface Peer {
  readonly state: string;
  readonly peerUptimeEstablishedEpoch: number;
}

export class Station implements AsyncDisposable {
  manager: Manager;
  /** The number of the first process of FRR's container, as the node counts. */
  #container = "";

  private constructor(
    readonly node: Node,
    private readonly role: "worker" | "route-reflector",
    private readonly env: Record<string, string>,
    private readonly wrappers: Wrappers,
    manager: Manager,
  ) {
    this.manager = manager;
  }

  /** Starts manager and FRR, and answers when the manager has configured FRR. */
  static async start(
    node: Node,
    role: "worker" | "route-reflector",
    env: Record<string, string>,
    wrappers: Wrappers = {},
  ): Promise<Station> {
    const manager = await startManager(node, role, env, wrappers.manager);
    const station = new Station(node, role, env, wrappers, manager);
    await manager.logged(/start files are in place/);
    if (role === "worker") await station.#pinLans();
    await station.startFrr();
    await manager.logged(/FRR runs it/);
    return station;
  }

  /** @param more added to the environment */
  async startManager(more: Readonly<Record<string, string>> = {}): Promise<void> {
    const { node, role, env, wrappers } = this;
    this.manager = await startManager(node, role, { ...env, ...more }, wrappers.manager);
  }

  async startFrr(): Promise<void> {
    const env = Object.entries(this.env).map(([name, value]) => `${name}=${value}`);
    const words = [...env, ...this.wrappers.frr ?? []];
    this.#container = (await this.node.must("sh", "-c", CONTAINER, "sh", ...words)).trim();
  }

  /** Ends FRR's container as kubelet does, and waits until it is gone. */
  async stopFrr(signal: "TERM" | "KILL"): Promise<void> {
    await this.node.must("kill", `-${signal}`, this.#container);
    await eventually(
      async () => (await this.node.run(["kill", "-0", this.#container])).reason !== "success",
      15,
      `FRR's container on ${this.node.name} does not end`,
    );
  }

  /** Kills daemons. */
  async kill(...daemons: readonly string[]): Promise<void> {
    const pids = await frrPids(this.node);
    await this.node.must("kill", "-KILL", ...daemons.map((name) => pids[name] ?? name));
  }

  /**
   * How many sessions are Established. Undefined while bgpd does not answer or has no configuration
   * yet.
   */
  async sessions(): Promise<number | undefined> {
    const states = (await this.#peers()).map(({ state }) => state);
    return states.length === 0
      ? undefined
      : states.filter((state) => state === "Established").length;
  }

  /** When, by its own clock (s since 1970), bgpd says that its first session was established. */
  async establishedAt(): Promise<number> {
    return (await this.#peers())[0]?.peerUptimeEstablishedEpoch ?? NaN;
  }

  async #peers(): Promise<Peer[]> {
    const show = ["vtysh", "-d", "bgpd", "-c", "show bgp l2vpn evpn summary json"];
    const { stdout } = await this.node.run(show);
    try {
      return Object.values((JSON.parse(stdout) as { peers: Record<string, Peer> }).peers);
    } catch {
      return [];
    }
  }

  /** Whether FRR serves: zebra and bgpd answer, and bgpd has its configuration. */
  async isServing(): Promise<boolean> {
    const zebra = await this.node.run(["vtysh", "-d", "zebra", "-c", "show evpn vni json"]);
    return zebra.reason === "success" && zebra.stdout.includes("{") &&
      (await this.sessions()) !== undefined;
  }

  /**
   * All that EVPN has written on this node, sorted: FDB and flood lists. What the bridge has
   * learned is left out, for it comes and goes with traffic.
   */
  async entries(): Promise<string[]> {
    const all = await this.node.must("nsenter", `--net=${PINNED}`, "bridge", "fdb", "show");
    return all.split("\n").filter((line) => / dst |extern_learn/.test(line)).toSorted();
  }

  async #pinLans(): Promise<void> {
    await this.manager.logged(/LAN namespace/);
    await this.node.must("touch", PINNED);
    await this.node.must("mount", "--bind", LANS, PINNED);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.manager.end("KILL");
  }
}

async function startManager(
  node: Node,
  role: string,
  env: Record<string, string>,
  wrapper: readonly string[] | undefined,
): Promise<Manager> {
  return await Manager.start(node, [role], { ...env, MEGALOS_FRR: "wait" }, wrapper);
}
