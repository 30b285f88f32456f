// What is known of a lab at the end of its start: its interfaces and how the checks went.
import type { ExpectationOutcome, PairOutcome } from "../checks/run_checks.ts";
import type { DeviceRecord } from "../record.ts";
import type { DeviceState, ObservedDevice } from "../running/observe.ts";

/** `lab up --json` prints this. */
export interface Report {
  /** Whether every check held. */
  readonly ok: boolean;
  readonly interfaces: readonly InterfaceRow[];
  /** The lines of lab.check. */
  readonly expectations: readonly ExpectationOutcome[];
  readonly totals: Totals;
}

/** One row of the table. */
export interface InterfaceRow {
  readonly device: string;
  readonly node: string;
  /**
   * Absent for a device without interfaces. Of the fields below only `state`, `startup` and an
   * empty `checks` are there then.
   */
  readonly interface?: string;
  readonly lan?: string;
  readonly vni?: number;
  /** The MAC address as it is now, or, where nobody looked, as the plugin answered it. */
  readonly mac?: string;
  /** `ADDRESS/PREFIX`; absent, as is `state`, where nobody looked. */
  readonly addresses?: readonly string[];
  /** The state of the interface, or of its device where that does not run. */
  readonly state?: DeviceState | "up" | "down" | "gone";
  /** Whether the device's startup said that a command failed; absent until that is known. */
  readonly startup?: "ok" | "errors";
  /** Pings from and to this interface. */
  readonly checks: readonly {
    readonly peer: string;
    readonly ok: boolean;
    readonly ms: number;
    /** Whether the two must not reach each other. */
    readonly separate?: true;
  }[];
}

/** What the closing line says. */
export interface Totals {
  readonly devices: number;
  readonly lans: number;
  readonly pings: Count;
  readonly expectations: Count;
  /** Devices whose startups said that a command failed, or whose startups still run. */
  readonly startupsWithErrors: readonly string[];
}

interface Count {
  readonly ok: number;
  readonly failed: number;
}

type Attached = Pick<DeviceRecord, "name" | "node" | "attachments" | "startup">;
type Observed = ReadonlyMap<string, ObservedDevice>;

/** Joins what was recorded and seen of devices with how the startups and checks went. */
export function makeReport(
  devices: readonly Attached[],
  pairs: readonly PairOutcome[],
  expectations: readonly ExpectationOutcome[],
  observed?: Observed,
  startupsWithErrors: readonly string[] = [],
): Report {
  const lans = new Set(devices.flatMap(({ attachments }) => attachments.map(({ lan }) => lan)));
  return {
    ok: [...pairs, ...expectations].every(({ ok }) => ok),
    interfaces: listInterfaces(devices, pairs, observed),
    expectations,
    totals: {
      devices: devices.length,
      lans: lans.size,
      pings: count(pairs),
      expectations: count(expectations),
      startupsWithErrors,
    },
  };
}

function count(outcomes: readonly { readonly ok: boolean }[]): Count {
  const failed = outcomes.filter(({ ok }) => !ok).length;
  return { ok: outcomes.length - failed, failed };
}

/** Makes a row for each interface. Without pairs the rows have no checks, as in `lab ps`. */
export function listInterfaces(
  devices: readonly Attached[],
  pairs: readonly PairOutcome[] = [],
  observed?: Observed,
): InterfaceRow[] {
  return devices.flatMap(({ name: device, node, attachments, startup: said }): InterfaceRow[] => {
    const seen = observed?.get(device);
    const startup = said === undefined ? {} : { startup: said };
    if (attachments.length === 0) {
      const state = seen === undefined ? {} : { state: seen.state };
      return [{ device, node, ...state, ...startup, checks: [] }];
    }
    return attachments.map(({ ifname, lan, vni, mac }) => ({
      device,
      node,
      interface: ifname,
      lan,
      vni,
      mac,
      ...(seen === undefined ? {} : describeNow(ifname, seen)),
      ...startup,
      checks: pairs.flatMap(({ from, to, ok, ms, separate }) =>
        [[from, to] as const, [to, from] as const]
          .filter(([own]) => own.device === device && own.ifname === ifname)
          .map(([, peer]) => ({
            peer: `${peer.device} ${peer.address}`,
            ok,
            ms,
            ...(separate === undefined ? {} : { separate }),
          }))
      ),
    }));
  });
}

function describeNow(
  ifname: string,
  { state, interfaces }: ObservedDevice,
): Pick<InterfaceRow, "mac" | "addresses" | "state"> {
  const now = interfaces.get(ifname);
  if (state !== "running") return { addresses: now?.addresses ?? [], state };
  if (now === undefined) return { addresses: [], state: "gone" };
  return { mac: now.mac, addresses: now.addresses, state: now.isUp ? "up" : "down" };
}
