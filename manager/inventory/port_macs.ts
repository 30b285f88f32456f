// The MAC address behind each port, as frames have shown it.
import { run } from "../../shared/process/exec.ts";
import { runByLine } from "../../shared/process/lines.ts";
import { inNetns } from "../../shared/process/netns.ts";
import { argvOf, bridge } from "../../shared/iproute2/words.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import type { FdbListener } from "../entries/entry_keeper.ts";
import type { LanDevicesOnNode } from "../lans/list_lans.ts";
import { parseLearnt } from "../limits/learnt.ts";

/**
 * Keeps one MAC address a port: the first that it has shown. An entry ages where a pod is silent;
 * its address stays until the port shows another one.
 */
export class PortMacs implements FdbListener {
  readonly #macs = new Map<string, string>();
  /** Ports whose entry has aged. */
  readonly #aged = new Set<string>();
  /** Nobody has listened: all entries are to be read. */
  #isDeaf = true;

  get all(): ReadonlyMap<string, string> {
    return this.#macs;
  }

  /** A property, so that it can be handed on by itself. */
  readonly hearEntry = (line: string): void => {
    const port = parseLearnt(line)?.port;
    const [, deleted, mac] = LINE.exec(line) ?? [];
    // A LAN's VXLAN device learns nothing of itself.
    if (port === undefined || mac === undefined) return;
    const known = this.#macs.get(port);
    if (deleted !== undefined) {
      if (known === mac) this.#aged.add(port);
    } else if (known === undefined || this.#aged.has(port)) {
      this.#macs.set(port, mac);
      this.#aged.delete(port);
    }
  };

  missEntries(): void {
    this.#isDeaf = true;
  }

  /** Is given all devices whenever they have changed: what is gone is forgotten. */
  takeDevices({ ports }: Pick<LanDevicesOnNode, "ports">): void {
    const names = new Set(ports.map(({ ifname }) => ifname));
    for (const port of this.#macs.keys()) {
      if (names.has(port)) continue;
      this.#macs.delete(port);
      this.#aged.delete(port);
    }
  }

  /** Reads all entries where nobody has listened. */
  async look(): Promise<void> {
    if (!this.#isDeaf) return;
    this.#isDeaf = false;
    const argv = inNetns(LAN_NETNS, argvOf(bridge`fdb show dynamic`));
    await runByLine(run, { argv }, this.hearEntry);
  }
}

const LINE = /^(Deleted )?((?:[0-9a-f]{2}:){5}[0-9a-f]{2}) /;
