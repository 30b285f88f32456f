// Whom a reflector refuses at present, and the file that tells `manager status` of it.
import * as z from "zod";
import { updateFile } from "../../shared/files.ts";
import { RUN_DIR } from "../../shared/lan/paths.ts";
import type { Duty } from "../loop/duty.ts";

export const REFUSED_FILE = `${RUN_DIR}/refused.json`;

const refusedPeer = z.object({
  /** The address that its session comes from. */
  peer: z.string(),
  since: z.iso.datetime(),
  why: z.string(),
});
export type RefusedPeer = Readonly<z.infer<typeof refusedPeer>>;
const refusedPeers = z.array(refusedPeer);

/** Writes the list where it has changed. */
export class RefusedFile implements Duty {
  readonly name = "write who is refused";
  /** Undefined at first: an earlier manager's list may lie there. */
  #written: string | undefined;

  constructor(
    private readonly list: () => readonly RefusedPeer[],
    private readonly path = REFUSED_FILE,
  ) {}

  async look(): Promise<void> {
    const text = JSON.stringify(this.list());
    if (text === this.#written) return;
    await updateFile(this.path, text, 0o600);
    this.#written = text;
  }
}

/** @throws {Error} when the text is not what {@link RefusedFile} writes */
export function parseRefused(text: string): readonly RefusedPeer[] {
  try {
    return refusedPeers.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`Cannot read ${REFUSED_FILE}: it is not what a manager writes`, { cause });
  }
}
