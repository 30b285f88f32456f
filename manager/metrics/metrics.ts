// Answers scrapes: sees what the node is, and writes the table's rows.
import { RUNTIME, VERSION } from "../../shared/version.ts";
import type { Run } from "../../shared/process/exec.ts";
import type { Journal } from "../events/journal.ts";
import type { LanDevicesOnNode } from "../lans/list_lans.ts";
import type { Health } from "../loop/health.ts";
import type { Role } from "../settings.ts";
import { Counted } from "./counted.ts";
import { describeDevices, type LabelledDevice, NO_DEVICES } from "./describe_devices.ts";
import { DeviceCounters, readDeviceCounters } from "../lans/device_counters.ts";
import {
  type CountedDevice,
  encodeLabels,
  Page,
  TEXT_TYPE,
  writeCounts,
  writeRow,
} from "./exposition.ts";
import { EntryCounter } from "./lan_entries.ts";
import type { DeviceRow, ReadRow } from "./row.ts";
import type { FilterFigures } from "../underlay/filter.ts";
import type { Seen } from "./seen.ts";
import { METRICS } from "./table.ts";

/** Scrapes that come together, or so soon (ms) one after the other, have one answer. */
const SAME_MS = 1_000;

/** What the figures come from. */
export interface MetricsNode {
  readonly role: Role;
  readonly health: Pick<Health, "ready" | "last" | "lookedAt">;
  readonly journal: Pick<Journal, "counters" | "follow">;
  readonly run: Run;
  /** Time (s) of all processors that this program has used. */
  readonly cpuSeconds: () => number;
}

/** What a scrape is answered with. */
export interface Answer {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** In bytes. */
  readonly length: number;
  /** The media type. */
  readonly type: string;
}

export class Metrics implements Disposable {
  /** It is to hear of all forwarding entries. */
  readonly entries: EntryCounter;
  /** What the VTEP filter is and has dropped, as far as it has been seen. */
  filter: () => FilterFigures | undefined = () => undefined;
  readonly #counted = new Counted(METRICS.filter((row) => "hear" in row));
  readonly #read = METRICS.filter((row): row is ReadRow | DeviceRow => !("hear" in row));
  readonly #following: Disposable;
  #devices = NO_DEVICES;
  #failing: number | undefined;
  #page = new Page();
  #scrape: { readonly at: number; readonly page: Promise<Page> } | undefined;

  constructor(private readonly node: MetricsNode) {
    this.entries = new EntryCounter(node.run);
    this.#following = node.journal.follow((event) => this.#counted.hear(event));
  }

  /** Is given all devices whenever they have changed. */
  takeDevices(devices: LanDevicesOnNode): void {
    this.#devices = describeDevices(devices);
  }

  /** Is told how long (ms) a look has taken, and how many duties have failed. */
  looked(ms: number, failing: number): void {
    this.#failing = failing;
    this.#counted.hear({ kind: "looked", ms });
  }

  /** @throws {FaultError} when the kernel's counters cannot be read */
  async metrics(): Promise<Answer> {
    const now = performance.now();
    if (this.#scrape === undefined || now - this.#scrape.at >= SAME_MS) {
      this.#scrape = { at: now, page: this.#write() };
    }
    const page = await this.#scrape.page;
    return { body: page.read(), length: page.length, type: TEXT_TYPE };
  }

  async #write(): Promise<Page> {
    const counters = this.#isWorker
      ? await readDeviceCounters(this.node.run)
      : new DeviceCounters("");
    const seen = await this.#see();
    const counted = await this.#counted.render();
    const devices = {
      ports: findRows(this.#devices.ports, counters),
      vxlans: findRows(this.#devices.vxlans, counters),
    };
    if (this.#page.hasReaders) this.#page = new Page();
    const page = this.#page;
    page.clear();
    for (const row of this.#read) {
      if ("read" in row) writeRow(page, row, row.read(seen));
      else writeCounts(page, row, devices[row.of], counters.reader(row.direction, row.figure));
    }
    page.write(counted);
    return page;
  }

  get #isWorker(): boolean {
    return this.#devices.lans.length > 0;
  }

  async #see(): Promise<Seen> {
    const { role, health, journal, cpuSeconds } = this.node;
    const { lans, lansLeftOut, portsLeftOut } = this.#devices;
    const entries = this.#isWorker ? await this.entries.counts() : undefined;
    const last = health.last;
    const { repairs, limits } = journal.counters;
    const now = performance.now();
    const { lookedAt } = health;
    const NONE = { localMacs: 0, remoteMacs: 0, vteps: 0 };
    return {
      ...{ role, version: VERSION, runtime: RUNTIME, cpuSeconds: cpuSeconds() },
      residentBytes: Deno.memoryUsage().rss,
      startTime: performance.timeOrigin / 1000,
      isReady: health.ready().ok,
      lookAge: lookedAt === undefined ? undefined : (now - lookedAt) / 1000,
      dutiesFailing: this.#failing,
      daemons: last?.daemons ?? [],
      sessions: (last?.sessions ?? []).map((one) => ({
        ...one,
        uptimeMs: one.uptimeMs + now - (last?.at ?? now),
      })),
      lans: lans.map(({ name, labels, ports }) => ({
        ...{ labels, ports },
        entries: entries && (entries.get(name) ?? NONE),
      })),
      ...{ lansLeftOut, portsLeftOut, repairs, limits },
      filter: this.filter(),
    };
  }

  [Symbol.dispose](): void {
    this.#following[Symbol.dispose]();
  }
}

/** A device that is gone meanwhile is left out. */
function findRows(
  devices: readonly LabelledDevice[],
  counters: DeviceCounters,
): CountedDevice[] {
  return devices.flatMap(({ name, labels }) => {
    const row = counters.row(name);
    return row === undefined ? [] : [{ labels: encodeLabels(labels), row }];
  });
}
