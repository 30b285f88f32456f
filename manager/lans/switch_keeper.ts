// Keeps the LAN namespace a wire: a module that is loaded later brings switches that are on.
import { resetSysctls } from "../../shared/lan/lan_netns.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { run } from "../../shared/process/exec.ts";
import type { Tell } from "../events/event.ts";
import type { Duty } from "../loop/duty.ts";
import { Seldom } from "../loop/seldom.ts";

/** On a busy node looks come each second, and a module is loaded once in a node's life. */
const SELDOM_MS = 5_000;

/** Sets the switches again where somebody has turned them. */
export class SwitchKeeper implements Duty {
  readonly name = "keep the LAN namespace's switches";

  readonly #seldom = new Seldom(SELDOM_MS);

  constructor(private readonly tell: Tell) {}

  async look(): Promise<void> {
    if (!this.#seldom.isDue()) return;
    const switches = await resetSysctls(run, LAN_NETNS);
    if (switches.length > 0) this.tell({ kind: "switches-reset", path: LAN_NETNS, switches });
  }
}
