// What FRR's relay tells: nodes whose BGP session has ended and whose entries it keeps, or why not.
import { readTextIfThere } from "../../shared/files.ts";
import type { Tell } from "../events/event.ts";
import type { Duty } from "../loop/duty.ts";
import { isAddress } from "../settings.ts";

/**
 * The relay writes the addresses there, a line each. First comes why it holds nothing back, where
 * that is so, as "! WHY".
 */
export const AWAY_FILE = "/var/run/frr/away";

/** Longer reasons are cut. */
const MOST_REASON = 300;

/** Reads the addresses in the relay's file. */
export function parseAway(text: string | undefined): ReadonlySet<string> {
  return new Set((text ?? "").split("\n").filter(isAddress));
}

/** Reads in the relay's file why it holds nothing back; undefined where it does. */
function parseWhyOpen(text: string): string | undefined {
  return /^! (.+)$/m.exec(text)?.[1]?.slice(0, MOST_REASON);
}

/** Tells which nodes go away and come back, and whether the relay keeps what they have said. */
export class AwayNodes implements Duty {
  readonly name = "tell which nodes are away";
  #away: ReadonlySet<string> = new Set();
  #whyOpen: string | undefined;

  constructor(
    private readonly tell: Tell,
    private readonly readText: () => Promise<string | undefined> = () => readTextIfThere(AWAY_FILE),
  ) {}

  async look(): Promise<void> {
    const text = await this.readText();
    // Where there is no file, the relay has said nothing else yet.
    const why = text === undefined ? this.#whyOpen : parseWhyOpen(text);
    if (why !== this.#whyOpen) {
      this.tell(why === undefined ? { kind: "relay-holding" } : { kind: "relay-open", why });
    }
    this.#whyOpen = why;
    const away = parseAway(text);
    for (const vtep of away.difference(this.#away)) this.tell({ kind: "node-away", vtep });
    for (const vtep of this.#away.difference(away)) this.tell({ kind: "node-settled", vtep });
    this.#away = away;
  }
}
