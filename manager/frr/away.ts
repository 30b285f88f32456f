// Nodes that are away: their BGP session has ended, and the relay keeps what they have said.
import { readTextIfThere } from "../../shared/files.ts";
import type { Tell } from "../events/event.ts";
import type { Duty } from "../loop/duty.ts";
import { isAddress } from "../settings.ts";

/** The relay writes the addresses there, a line each. */
export const AWAY_FILE = "/var/run/frr/away";

/** Reads the relay's file. */
export function parseAway(text: string | undefined): ReadonlySet<string> {
  return new Set((text ?? "").split("\n").filter(isAddress));
}

/** Tells which nodes go away and come back. */
export class AwayNodes implements Duty {
  readonly name = "tell which nodes are away";
  #away: ReadonlySet<string> = new Set();

  constructor(
    private readonly tell: Tell,
    private readonly readText: () => Promise<string | undefined> = () => readTextIfThere(AWAY_FILE),
  ) {}

  async look(): Promise<void> {
    const away = parseAway(await this.readText());
    for (const vtep of away.difference(this.#away)) this.tell({ kind: "node-away", vtep });
    for (const vtep of this.#away.difference(away)) this.tell({ kind: "node-settled", vtep });
    this.#away = away;
  }
}
