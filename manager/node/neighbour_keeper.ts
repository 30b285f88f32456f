// Has the kernel's tables of neighbours take more, for all of a machine's namespaces share them.
import { saysNotInitialNetns } from "../../shared/iproute2/messages.ts";
import { argvOf } from "../../shared/iproute2/words.ts";
import { describe } from "../../shared/process/command.ts";
import { type Run, run as runHere } from "../../shared/process/exec.ts";
import { must } from "../../shared/process/must.ts";
import type { Tell } from "../events/event.ts";
import type { Duty } from "../loop/duty.ts";
import { Seldom } from "../loop/seldom.ts";
import {
  askForTable,
  FAMILIES,
  type Family,
  parseThresholds,
  planThresholds,
  setThresholds,
} from "./neighbour_tables.ts";

/** Who sets them back is a person, or a program of the node that starts. */
const SELDOM_MS = 300_000;

/** Raises the tables where they take less. They never take less by it. */
export class NeighbourKeeper implements Duty {
  readonly name = "raise the kernel's tables of neighbours";

  readonly #seldom = new Seldom(SELDOM_MS);
  /** The next look tries again. */
  #hasFailed = false;
  /** A process keeps its network namespace. */
  #isRefused = false;

  /** @param most neighbours of a family, 0: the tables are left as they are */
  constructor(
    private readonly most: number,
    private readonly tell: Tell,
    private readonly run: Run = runHere,
  ) {}

  async look(): Promise<void> {
    if (this.most === 0 || this.#isRefused) return;
    if (!this.#hasFailed && !this.#seldom.isDue()) return;
    this.#hasFailed = true;
    for (const family of FAMILIES) {
      if (!this.#isRefused) await this.#raise(family);
    }
    this.#hasFailed = false;
  }

  async #raise(family: Family): Promise<void> {
    const argv = argvOf(askForTable(family), "-json");
    const { stdout } = await must("read a table of neighbours", { argv }, this.run);
    const seen = parseThresholds(stdout);
    const wanted = seen && planThresholds(seen, this.most);
    if (seen === undefined || wanted === undefined) return;
    const before = seen.thresh3;
    const done = await this.run({ argv: argvOf(setThresholds(family, wanted)) });
    if (done.reason === "success") {
      this.tell({ kind: "neighbours-raised", family, most: this.most, before });
    } else if (saysNotInitialNetns(done.stderr)) {
      this.#isRefused = true;
      this.tell({ kind: "neighbours-left", most: before });
    } else throw new Error(describe(done));
  }
}
