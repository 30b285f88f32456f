// A worker's second line behind its reflectors: it believes no node that announces another one.
import { run } from "../../shared/process/exec.ts";
import type { Tell } from "../events/event.ts";
import type { Duty } from "../loop/duty.ts";
import type { Observation } from "../loop/observation.ts";
import type { FrrConfiguration } from "./configuration.ts";
import { describeOther } from "./judge.ts";
import type { RefusedNode } from "./model.ts";
import { type Nodes, readNodes } from "./nodes.ts";
import { type RefusedPeer, tellRefused } from "./refused_file.ts";

/** So long (ms) a node is not believed after it has announced another one. */
const REFUSED_MS = 300_000;
/** More nodes are not refused at a time: each is an entry of a route map. */
const MOST_REFUSED = 1_000;

/**
 * FRR announces a node's membership with the same address as originator and as next hop, whatever
 * its router ID is. A reflector's FRR lets each client have its own next hop alone, so the next hop
 * is the node that announces another originator. Route distinguishers are the reflector's to judge:
 * no other FRR but the manager's has them of its VTEP for sure.
 */
export class Forgers implements Duty {
  readonly name = "refuse nodes that announce others";
  /** Nodes that are not believed, since when (ms), and what is told of it; each at its place. */
  readonly #refused = new Map<
    string,
    RefusedNode & { readonly since: number; readonly told: RefusedPeer }
  >();
  /** What the last list has found. */
  #others: Nodes["others"] = new Map();

  /** @param vtep this node's own */
  constructor(
    private readonly vtep: string,
    private readonly configuration: Pick<FrrConfiguration, "refuse">,
    private readonly tell: Tell,
    private readonly read: () => Promise<Nodes | undefined> = () => readNodes(run),
  ) {}

  /** Who is refused at present, the first one first. */
  get refused(): readonly RefusedPeer[] {
    return [...this.#refused.values()].map(({ told }) => told);
  }

  /** Lists the nodes that are on any LAN, for others, and remembers who of them forges. */
  async listNodes(): Promise<readonly string[] | undefined> {
    const found = await this.read();
    this.#others = found?.others ?? this.#others;
    return found?.vteps;
  }

  async look({ at }: Pick<Observation, "at">): Promise<void> {
    const before = new Set(this.#refused.keys());
    for (const [node, { since }] of this.#refused) {
      if (at - since >= REFUSED_MS) this.#refused.delete(node);
    }
    for (const [node, other] of this.#others) this.#refuse(node, other, at);
    this.#others = new Map();
    const after = new Set(this.#refused.keys());
    if (after.symmetricDifference(before).size > 0) {
      await this.configuration.refuse([...this.#refused.values()]);
    }
  }

  #refuse(node: string, other: string, at: number): void {
    const isFull = this.#refused.size >= MOST_REFUSED;
    if (node === this.vtep || this.#refused.has(node) || isFull) return;
    const taken = new Set(this.#refused.values().map(({ place }) => place));
    let place = 0;
    while (taken.has(place)) place++;
    const told = tellRefused(this.tell, node, describeOther(other, node));
    this.#refused.set(node, { vtep: node, place, since: at, told });
  }
}
