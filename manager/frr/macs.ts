// The MAC addresses of LANs as zebra knows them, one by one: a LAN may have hundreds of thousands.
import type { Run } from "../../shared/process/exec.ts";
import { askFrr } from "./ask.ts";
import type { Mac, Vni } from "./query.ts";
import { vtysh } from "./vtysh.ts";

/** As many LANs are asked about by one vtysh, which takes 25 ms of a processor to start. */
const LANS_AT_ONCE = 64;
const KEPT_BYTES = 4_096;

/**
 * Selects the LANs that can be asked about. Of a LAN without any MAC address zebra says nothing,
 * and then no answer can be told from the next one.
 */
export function selectFilled(lans: Iterable<Pick<Vni, "vni" | "macs">>): number[] {
  return [...lans].filter(({ macs }) => macs !== 0).map(({ vni }) => vni);
}

/**
 * Calls `take` with each MAC address of these LANs, see {@link selectFilled}. The
 * answer is false where zebra is away.
 * @throws {Error} when zebra does not answer in time, or says what this program cannot read
 */
export async function readMacs(
  run: Run,
  vnis: readonly number[],
  take: (mac: Mac) => void,
): Promise<boolean> {
  for (let at = 0; at < vnis.length; at += LANS_AT_ONCE) {
    const asked = vnis.slice(at, at + LANS_AT_ONCE);
    const scanner = new MacScanner((lan, mac) => take({ vni: asked[lan] ?? 0, ...mac }));
    const done = await askFrr(run, {
      ...vtysh.macs(asked),
      maxOutputBytes: KEPT_BYTES,
      heard: (part, stream) => stream === "stdout" && scanner.hear(part),
    });
    if (done.reason !== "success") return false;
    requireAnswers(scanner.answers, asked.length, "LANs");
  }
  return true;
}

/** At a port of this node, at another node, or nowhere. */
export type MacPlace = "local" | { readonly vtep: string } | undefined;

/** As many addresses are asked about by one vtysh. */
const MACS_AT_ONCE = 64;

/**
 * Where zebra knows single MAC addresses to be, in their order. Undefined where zebra is away.
 * @throws {Error} when zebra does not answer in time, or says what this program cannot read
 */
export async function readMacPlaces(
  run: Run,
  macs: readonly { readonly vni: number; readonly mac: string }[],
): Promise<MacPlace[] | undefined> {
  const places: MacPlace[] = [];
  for (let at = 0; at < macs.length; at += MACS_AT_ONCE) {
    const asked = macs.slice(at, at + MACS_AT_ONCE);
    const found = new Map<number, MacPlace>();
    const scanner = new MacScanner((answer, { type, behind }) => {
      // What somebody has announced behind an Ethernet segment is behind no node.
      if (type === "local") found.set(answer, type);
      else if (behind !== "") found.set(answer, { vtep: behind });
    });
    const done = await askFrr(run, vtysh.macPlaces(asked));
    if (done.reason !== "success") return undefined;
    scanner.hear(done.stdout);
    requireAnswers(scanner.answers, asked.length, "addresses");
    places.push(...asked.map((_, answer) => found.get(answer)));
  }
  return places;
}

function requireAnswers(answers: number, asked: number, what: string): void {
  if (answers === asked) return;
  throw new Error(
    `Cannot read zebra's MAC addresses: it has answered about ${answers} ${what} of ` +
      `${asked}`,
  );
}

/** A MAC address with its figures, which hold no further object; or a bracket of what is around. */
const TOKEN = /"((?:[0-9a-f]{2}:){5}[0-9a-f]{2})"\s*:\s*\{([^{}]*)\}|[{}]/g;
/** An answer is an object with the object "macs". */
const DEPTH = 2;

/** Reads zebra's answers, which follow each other, in parts as they come. */
export class MacScanner {
  /** How many answers are whole. */
  answers = 0;
  #depth = 0;
  #pending = "";

  /** @param take is given the number of the answer, from 0 on */
  constructor(private readonly take: (answer: number, mac: Omit<Mac, "vni">) => void) {}

  hear(part: string): void {
    const text = this.#pending + part;
    // What stands behind the last bracket may be half a MAC address.
    const end = text.lastIndexOf("}") + 1;
    this.#pending = text.slice(end);
    for (const [token, mac, figures] of text.slice(0, end).matchAll(TOKEN)) {
      if (mac !== undefined) this.#takeMac(mac, figures ?? "");
      else this.#step(token === "{" ? 1 : -1);
    }
  }

  #takeMac(mac: string, figures: string): void {
    const value = (key: string) => new RegExp(`"${key}"\\s*:\\s*"([^"]*)"`).exec(figures)?.[1];
    this.take(this.answers, {
      mac,
      type: value("type") === "remote" ? "remote" : "local",
      behind: value("remoteVtep") ?? value("intf") ?? "",
    });
  }

  #step(by: 1 | -1): void {
    this.#depth += by;
    if (this.#depth > DEPTH) {
      throw new Error("Cannot read zebra's MAC addresses: they are written in an unknown way");
    }
    if (this.#depth === 0) this.answers++;
  }
}
