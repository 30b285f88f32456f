// An answer that is longer than what is read of it is an error, and never "there is nothing".
import assert from "node:assert/strict";
import { listLinks } from "../shared/iproute2/list.ts";
import { LAN_NETNS } from "../shared/lan/paths.ts";
import { findAddresses, findUnderlay } from "../shared/lan/underlay.ts";
import { type Run, run } from "../shared/process/exec.ts";
import { readMacPlaces } from "./frr/macs.ts";
import { readDaemons, readHealth, readVnis } from "./frr/query.ts";
import { readAnnounced } from "./frr/announced.ts";
import { readCallers } from "./frr/read_callers.ts";
import { readRoutes } from "./frr/routes.ts";
import { readDeviceCounters } from "./lans/device_counters.ts";
import { seeFilter } from "./underlay/filter_host.ts";

/** Runs a program in the place of each command that prints more than is read. */
const flood: Run = ({ stdin: _, ...command }) =>
  run({ ...command, argv: ["head", "-c", "1001", "/dev/zero"], maxOutputBytes: 1000 });

const READERS: Readonly<Record<string, (run: Run) => Promise<unknown>>> = {
  "FRR's health": readHealth,
  "FRR's daemons": readDaemons,
  "zebra's LANs": readVnis,
  "zebra's places of MAC addresses": (run) => readMacPlaces(run, [{ vni: 1, mac: "" }]),
  "bgpd's routes": readRoutes,
  "a reflector's callers": readCallers,
  "the VTEP filter": seeFilter,
  "the counters of devices": readDeviceCounters,
  "the LANs' devices": (run) => listLinks(run, LAN_NETNS, ["bridge"]),
  "the node's addresses": findAddresses,
  "the underlay": findUnderlay,
};

for (const [what, read] of Object.entries(READERS)) {
  Deno.test(`${what}: a cut answer is an error`, async () => {
    await assert.rejects(read(flood), /^FaultError: Cannot read what .* is more than 1000 bytes$/);
  });
}

Deno.test("what a caller has announced: a cut answer is what it is refused for", async () => {
  const cut: Run = ({ stdin: _, ...command }) =>
    run({ ...command, argv: ["head", "-c", "2000000", "/dev/zero"] });
  assert.equal(await readAnnounced(cut, "10.0.0.1", 100), "too long");
});
