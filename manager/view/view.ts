// What the commands show: the nodes that a manager knows of. A worker knows itself.
import * as z from "zod";
import { inventory } from "../inventory/inventory.ts";
import { ROLES } from "../settings.ts";

const text = z.string();

const nodeView = z.object({
  name: text,
  /** As this manager reaches it. */
  address: text,
  role: z.enum(ROLES),
  /** Of its manager; empty where it is not known. */
  version: text,
  /**
   * "here": this node. "connected": it has a line. "lost": its line has ended. "no-line": it has
   * a BGP session alone, as a worker of an earlier version has. "other-version", "too-large": it
   * has a line, and its inventory is not taken.
   */
  state: z.enum(["here", "connected", "lost", "no-line", "other-version", "too-large"]),
  /** Since when it is in that state. */
  since: z.iso.datetime(),
  inventory: inventory.optional(),
});
export type NodeView = Readonly<z.infer<typeof nodeView>>;

export const view = z.object({
  /** Of the manager that was asked. */
  role: z.enum(ROLES),
  /** This manager's node comes first. */
  nodes: z.array(nodeView).readonly(),
});
export type View = Readonly<z.infer<typeof view>>;
