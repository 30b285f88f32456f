// The nodes that each LAN's frames for everyone go to: EVPN has named them for the LAN (type 3).
import { run } from "../../shared/process/exec.ts";
import { EVERYONE, parseChange } from "../entries/entries.ts";
import { listFdb } from "../entries/list_fdb.ts";

export class FloodNodes {
  /** By the names of VXLAN devices. */
  readonly #lans = new Map<string, Set<string>>();
  /** Each address once: many LANs have the same nodes. */
  readonly #names = new Map<string, string>();

  of(vxlan: string): ReadonlySet<string> | undefined {
    return this.#lans.get(vxlan);
  }

  /** Hears a line of `bridge monitor fdb` or `bridge fdb show`. A property, to be handed on. */
  readonly hear = (line: string): void => {
    const at = line.startsWith("Deleted ") ? "Deleted ".length : 0;
    if (!line.startsWith(EVERYONE, at)) return;
    const change = parseChange(line);
    const vtep = change?.entry.dst;
    if (change === undefined || vtep === undefined) return;
    const { ifname } = change.entry;
    const nodes = this.#lans.get(ifname) ?? new Set();
    if (!change.isDeleted) {
      const name = this.#names.get(vtep) ?? vtep;
      this.#names.set(name, name);
      this.#lans.set(ifname, nodes.add(name));
    } else if (nodes.delete(vtep) && nodes.size === 0) this.#lans.delete(ifname);
  };

  /** Asks the kernel, because nobody has listened. */
  async list(): Promise<void> {
    this.#lans.clear();
    await listFdb(run, this.hear);
  }
}
