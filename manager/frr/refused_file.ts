// Whom a manager refuses at present, and the file that tells `manager status` of it.
import * as z from "zod";
import { RUN_DIR } from "../../shared/lan/paths.ts";
import type { Tell } from "../events/event.ts";
import { parseStatusFile, StatusFile } from "../status/status_file.ts";

export const REFUSED_FILE = `${RUN_DIR}/refused.json`;

const refusedPeer = z.object({
  /** The address that its session comes from; on a worker, the node's VTEP. */
  peer: z.string(),
  since: z.iso.datetime(),
  why: z.string(),
});
export type RefusedPeer = Readonly<z.infer<typeof refusedPeer>>;
const refusedPeers = z.array(refusedPeer);

/** Tells that a peer is refused from now on, and answers what its status says. */
export function tellRefused(tell: Tell, peer: string, why: string): RefusedPeer {
  tell({ kind: "peer-refused", peer, why });
  return { peer, since: new Date().toISOString(), why };
}

/** Writes the list for `manager status`. */
export class RefusedFile extends StatusFile<readonly RefusedPeer[]> {
  constructor(list: () => readonly RefusedPeer[], path = REFUSED_FILE) {
    super("write who is refused", path, list);
  }
}

/** @throws {Error} when the text is not what {@link RefusedFile} writes */
export function parseRefused(text: string): readonly RefusedPeer[] {
  return parseStatusFile(REFUSED_FILE, refusedPeers, text);
}
