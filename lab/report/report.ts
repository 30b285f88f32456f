// What is known of a lab at the end of its start: its interfaces and how the checks went.
import type { ExpectationOutcome, PairOutcome } from "../checks/run_checks.ts";
import type { DeviceRecord } from "../record.ts";

/** `deno task lab --json` prints this. */
export interface Report {
  /** Whether every check held. */
  readonly ok: boolean;
  readonly interfaces: readonly InterfaceRow[];
  /** The lines of lab.check. */
  readonly expectations: readonly ExpectationOutcome[];
}

/** One row of the table. */
export interface InterfaceRow {
  readonly device: string;
  readonly node: string;
  /** Absent for a device without interfaces, as are the next three. */
  readonly interface?: string;
  readonly lan?: string;
  readonly vni?: number;
  readonly mac?: string;
  /** Pings from and to this interface. */
  readonly checks: readonly { readonly peer: string; readonly ok: boolean; readonly ms: number }[];
}

type Attached = Pick<DeviceRecord, "name" | "node" | "attachments">;

/** Joins what was recorded of devices with how the checks went. */
export function makeReport(
  devices: readonly Attached[],
  pairs: readonly PairOutcome[],
  expectations: readonly ExpectationOutcome[],
): Report {
  return {
    ok: [...pairs, ...expectations].every(({ ok }) => ok),
    interfaces: listInterfaces(devices, pairs),
    expectations,
  };
}

/** A row for each interface; without pairs, as `lab ps` shows them. */
export function listInterfaces(
  devices: readonly Attached[],
  pairs: readonly PairOutcome[] = [],
): InterfaceRow[] {
  return devices.flatMap(({ name: device, node, attachments }): InterfaceRow[] => {
    if (attachments.length === 0) return [{ device, node, checks: [] }];
    return attachments.map(({ ifname, lan, vni, mac }) => ({
      device,
      node,
      interface: ifname,
      lan,
      vni,
      mac,
      checks: pairs.flatMap(({ from, to, ok, ms }) =>
        [[from, to] as const, [to, from] as const]
          .filter(([own]) => own.device === device && own.ifname === ifname)
          .map(([, peer]) => ({ peer: `${peer.device} ${peer.address}`, ok, ms }))
      ),
    }));
  });
}
