// Which limits were met on this node, by whom and how often, counted.
import * as z from "zod";
import { lanTitle } from "../../shared/lan/lan.ts";
import { type Happening, LIMITS } from "./event.ts";

const limitCount = z.object({
  limit: z.enum(LIMITS),
  /** `NAME-SUFFIX`. */
  lan: z.string(),
  vni: z.number(),
  device: z.string(),
  most: z.number(),
  /** How often it was met. */
  times: z.number(),
  /** Whether it is met now. */
  isMet: z.boolean(),
});
export const limitCounts = z.array(limitCount);
export type LimitCount = Readonly<z.infer<typeof limitCount>>;

/** Pods come and go: the last so many are kept. */
const KEPT = 100;

/** Counts what has happened where it is about a limit; what was met last comes first. */
export function countLimit(
  before: readonly LimitCount[],
  happening: Happening,
): readonly LimitCount[] {
  if (happening.kind !== "limit-met" && happening.kind !== "limit-left") return before;
  const { limit, lan, device, most } = happening;
  const isOfLan = (one: LimitCount) =>
    one.limit === limit && one.vni === lan.vni && one.lan === lanTitle(lan);
  const isSame = (one: LimitCount) => isOfLan(one) && one.device === device;
  if (happening.kind === "limit-left") {
    // MAC addresses are limited by LAN, frames by port: others may still flood.
    const isBelow = limit === "macs" ? isOfLan : isSame;
    return before.map((one) => isBelow(one) ? { ...one, isMet: false } : one);
  }
  const times = (before.find(isSame)?.times ?? 0) + 1;
  const now = { ...{ limit, lan: lanTitle(lan), vni: lan.vni }, device, most, times, isMet: true };
  return [now, ...before.filter((one) => !isSame(one))].slice(0, KEPT);
}
