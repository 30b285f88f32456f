// A manager's view: of its own node, and on a reflector of all workers.
import type { Inventory } from "../inventory/inventory.ts";
import type { InventoryKeeper } from "../inventory/inventory_keeper.ts";
import { withCounters } from "../inventory/port_counters.ts";
import { isUp } from "../loop/news.ts";
import type { Members } from "../uplink/members.ts";
import { nameApart } from "./names.ts";
import type { NodeView, View } from "./view.ts";

/** What a view is made of. Only a reflector has members. */
export interface Sources {
  readonly inventory: Pick<InventoryKeeper, "current" | "counted">;
  readonly members?: Pick<Members, "all" | "ask">;
}

/**
 * Undefined before the first look.
 * @param counted whether ports are to have their counters, which are asked for now
 */
export async function readView(
  { inventory, members }: Sources,
  counted: boolean,
): Promise<View | undefined> {
  const own = counted ? await inventory.counted() : inventory.current();
  if (own === undefined) return undefined;
  const others = members === undefined ? [] : await readMembers(members, counted);
  const nodes = [describeOwn(own), ...others, ...findSilent(own, others)];
  const names = nameApart(
    nodes.map(({ name, address, state }) => ({
      name,
      address: state === "here" ? undefined : address,
    })),
  );
  return { role: own.node.role, nodes: nodes.map((one, at) => ({ ...one, name: names[at]! })) };
}

function describeOwn(own: Inventory): NodeView {
  const { name, address, role, version } = own.node;
  return { name, address, role, version, state: "here", since: own.time, inventory: own };
}

async function readMembers(
  members: Pick<Members, "all" | "ask">,
  counted: boolean,
): Promise<NodeView[]> {
  const all = await Promise.all(members.all.map(async (member): Promise<NodeView> => {
    const { address, node: name, version, state, since, inventory } = member;
    const isAsked = counted && state === "connected" && (inventory?.ports.length ?? 0) > 0;
    const answer = isAsked ? await members.ask(address, { kind: "counters" }) : undefined;
    const told = inventory !== undefined && answer?.kind === "counters"
      ? withCounters(inventory, new Map(Object.entries(answer.ports)))
      : inventory;
    return {
      ...{ name, address, role: "worker", version, state },
      since: new Date(since).toISOString(),
      ...(told !== undefined && { inventory: told }),
    };
  }));
  return all.toSorted((one, other) => one.name < other.name ? -1 : 1);
}

/** Workers that have a session and no line. */
function findSilent({ node, sessions }: Inventory, known: readonly NodeView[]): NodeView[] {
  if (node.role === "worker") return [];
  const addresses = new Set(known.map(({ address }) => address));
  return sessions.filter((one) => isUp(one) && !addresses.has(one.peer))
    .map(({ peer, hostname, since }): NodeView => ({
      ...{ name: hostname ?? peer, address: peer, role: "worker", version: "" },
      ...{ state: "no-line", since },
    }));
}
