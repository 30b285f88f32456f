// What the door answers: a view, and events of this node or of the cluster.
import type { NodeEvent } from "../events/event.ts";
import type { Journal } from "../events/journal.ts";
import { isAtLeast } from "../events/render.ts";
import type { InventoryKeeper } from "../inventory/inventory_keeper.ts";
import type { Answerer } from "../local/door.ts";
import type { Members } from "../uplink/members.ts";
import { readView } from "./cluster_view.ts";

export function answerOf(
  inventory: InventoryKeeper,
  journal: Pick<Journal, "after">,
  members?: Members,
): Answerer {
  const node = inventory.nodeName;
  return {
    view: (counted) => readView({ inventory, ...(members && { members }) }, counted),
    eventsAfter: (number) =>
      members?.eventsAfter(number) ??
        journal.after(number).filter(matters).map((event) => ({ ...event, node })),
  };
}

/** Adds the reflector's own events to those of its workers, until the answer is disposed. */
export function addOwnEvents(members: Members, node: string, journal: Journal): Disposable {
  const take = (event: NodeEvent) => matters(event) && members.takeEvent(node, event);
  journal.after(0).forEach(take);
  return journal.follow(take);
}

/** Calls that were answered are not told: there are too many. */
function matters(event: NodeEvent): boolean {
  return isAtLeast(event, "info");
}
