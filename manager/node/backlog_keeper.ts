// Has the kernel keep more frames that wait for a processor: frames of all LANs wait together.
import { describe } from "../../shared/process/command.ts";
import { type Run, run as runHere } from "../../shared/process/exec.ts";
import type { Tell } from "../events/event.ts";
import type { Duty } from "../loop/duty.ts";
import { Seldom } from "../loop/seldom.ts";
import backlogSh from "./backlog.sh" with { type: "text" };

/** Who sets it back is a person, or a program of the node that starts. */
const SELDOM_MS = 300_000;

/**
 * Raises `net.core.netdev_max_backlog` where it is less; it never becomes less by this. Linux has
 * it for each processor, for all network namespaces of a machine together (ip-sysctl.rst and
 * sysctl/net.rst of its documentation).
 */
export class BacklogKeeper implements Duty {
  readonly name = "give frames that wait for a processor room";

  readonly #seldom = new Seldom(SELDOM_MS);
  /** What a container may write does not change while it runs. */
  #isRefused = false;

  /** @param least how many frames may wait at least; 0: the setting is left as it is */
  constructor(
    private readonly least: number,
    private readonly tell: Tell,
    private readonly run: Run = runHere,
  ) {}

  async look(): Promise<void> {
    if (this.least === 0 || this.#isRefused || !this.#seldom.isDue()) return;
    const done = await this.run({
      argv: ["unshare", "--mount", "--", "sh", "-c", backlogSh, "sh", `${this.least}`],
    });
    if (done.reason !== "success") {
      this.#isRefused = true;
      this.tell({ kind: "backlog-left", reason: describe(done) });
    } else if (done.stdout !== "") {
      this.tell({ kind: "backlog-raised", least: this.least, before: Number(done.stdout) });
    }
  }
}
