// An answer of which only the beginning came is an error, and never "there is nothing".
import assert from "node:assert/strict";
import { FaultError } from "../shared/faults.ts";
import { listLinks } from "../shared/iproute2/list.ts";
import { hasNetns } from "../shared/lan/lan_netns.ts";
import { LAN_NETNS } from "../shared/lan/paths.ts";
import { findAddresses, findUnderlay } from "../shared/lan/underlay.ts";
import { type Run, run } from "../shared/process/exec.ts";
import { isUnderstood } from "./frr/apply.ts";
import { readMacPlaces, readMacs } from "./frr/macs.ts";
import { readNodes } from "./frr/nodes.ts";
import { readDaemons, readHealth, readVnis } from "./frr/query.ts";
import { readAnnounced } from "./frr/announced.ts";
import { readCallers } from "./frr/read_callers.ts";
import { readLongMemory, readReceived } from "./frr/read_weights.ts";
import { readRoutes } from "./frr/routes.ts";
import { requireTtlSecurity } from "./frr/ttl_security.ts";
import { readDeviceCounters } from "./lans/device_counters.ts";
import { findFilter, seeFilter } from "./underlay/filter_host.ts";

/** Runs a program in the place of each command that prints more than is read. */
const flood: Run = ({ stdin: _, ...command }) =>
  run({ ...command, argv: ["head", "-c", "1001", "/dev/zero"], maxOutputBytes: 1000 });

type Readers = Readonly<Record<string, (run: Run) => Promise<unknown>>>;

const READERS: Readers = {
  "FRR's health": readHealth,
  "FRR's daemons": readDaemons,
  "zebra's LANs": readVnis,
  "zebra's places of MAC addresses": (run) => readMacPlaces(run, [{ vni: 1, mac: "" }]),
  "bgpd's memory": readLongMemory,
  "what a reflector's peers have sent": readReceived,
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

/** Those that keep nothing of what they read, or little. */
const OTHERS: Readers = {
  "zebra's MAC addresses": (run) => readMacs(run, [1], () => {}),
  "bgpd's nodes": readNodes,
  "bgpd's routes": readRoutes,
  "what a caller has announced": (run) => readAnnounced(run, "10.0.0.1", 100),
  "whether FRR understands a configuration": (run) => isUnderstood(run, "/etc/frr/frr.conf"),
  "whether FRR counts hops": requireTtlSecurity,
  "whether there is a VTEP filter": findFilter,
  "whether there is a LAN namespace": (run) => hasNetns(run, LAN_NETNS),
};

/** What such a program may have told when it is killed. */
const BEGINNING = "zebra bgpd watchfrr\n";

/** Whether an error's message or details have such words. */
const says = (words: RegExp) => (error: unknown) => {
  const details = error instanceof FaultError ? error.fault.details : "";
  assert.match(`${error} ${details}`, words);
  return true;
};

for (const [what, read] of Object.entries({ ...READERS, ...OTHERS })) {
  Deno.test(`${what}: an answer that a signal has cut is an error`, async () => {
    const argv = ["sh", "-c", 'printf %s "$1"; kill -KILL $$', "sh", BEGINNING] as const;
    const killed: Run = ({ stdin: _, ...command }) => run({ ...command, argv });
    await assert.rejects(read(killed), says(/`sh .*` was ended by SIGKILL/));
  });

  Deno.test(`${what}: no answer in time is an error`, async () => {
    const hanging: Run = ({ stdin: _, ...command }) =>
      run({ ...command, argv: ["sleep", "1000"], timeoutMs: 1 });
    await assert.rejects(read(hanging), says(/`sleep 1000` was killed after \d+ ms/));
  });
}

Deno.test("the underlay: which device has the default route is not left open", async () => {
  const addresses = ["eth0", "eth1"].map((ifname, at) => ({
    ...{ ifname, mtu: 1500, flags: ["UP"] },
    addr_info: [{ family: "inet", local: `10.0.${at}.1`, scope: "global" }],
  }));
  const answering: Run = ({ argv, ...command }) =>
    argv.includes("route")
      ? run({ ...command, argv: ["sh", "-c", "kill -KILL $$"] })
      : run({ ...command, argv: ["cat"], stdin: JSON.stringify(addresses) });
  await assert.rejects(findUnderlay(answering), /^FaultError: Cannot find the default route: /);
});
