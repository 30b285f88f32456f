// For tests: what reads the texts of programs, files and clients, by the text.
import { parseBell } from "./calls/protocol.ts";
import { parseChange, parseEntry } from "./entries/entries.ts";
import { parseCounters } from "./events/counters.ts";
import { readAnnounced } from "./frr/announced.ts";
import { readClients } from "./frr/clients.ts";
import { readMacPlaces, readMacs } from "./frr/macs.ts";
import { parseHops } from "./frr/next_hops.ts";
import { readNodes } from "./frr/nodes.ts";
import { planPasswords } from "./frr/passwords.ts";
import { readDaemons, readHealth, readVnis } from "./frr/query.ts";
import { readCallers } from "./frr/read_callers.ts";
import { readLongMemory, readReceived } from "./frr/read_weights.ts";
import { planRouteMaps } from "./frr/route_maps.ts";
import { readRoutes } from "./frr/routes.ts";
import { refuse } from "./http/access.ts";
import { parseRequest } from "./http/request.ts";
import { parseHeard } from "./lans/heard_link.ts";
import { listLans } from "./lans/list_lans.ts";
import { parseLearnt } from "./limits/learnt.ts";
import { parsePorts } from "./limits/storm_table.ts";
import { parseUpgrade } from "./line/upgrade.ts";
import { parseArrival, parsePlaces } from "./moves/places.ts";
import { parseThresholds } from "./node/neighbour_tables.ts";
import { readSettings } from "./settings.ts";
import { parseDevices, seeFilter } from "./underlay/filter_host.ts";
import { findAddresses, findUnderlay } from "../shared/lan/underlay.ts";
import type { Run } from "../shared/process/exec.ts";

export const MAC = "02:00:00:00:00:01";

/** A program that prints something, in two parts. */
const printing = (stdout: string): Run => ({ argv, heard }) => {
  const half = stdout.length / 2;
  for (const part of [stdout.slice(0, half), stdout.slice(half)]) heard?.(part, "stdout");
  const done = {
    argv,
    reason: "success",
    code: 0,
    signal: null,
    stdout,
    stderr: "",
    ms: 0,
  } as const;
  return Promise.resolve(done);
};

/** A reader of what a program prints. */
const of = (read: (run: Run) => Promise<unknown>) => ({
  read: (stdout: string) => read(printing(stdout)),
});

const TOKEN = "0123456789abcdef";

export const READERS = {
  "bgpd's routes": of(readRoutes),
  "bgpd's and zebra's health": of(readHealth),
  "the daemons": of(readDaemons),
  "zebra's VNIs": of(readVnis),
  "bgpd's nodes": of(readNodes),
  "a reflector's callers": of(readCallers),
  "a caller's routes": of((run) => readAnnounced(run, "10.0.0.1", 100_000)),
  "zebra's MAC addresses": of((run) => readMacs(run, [10, 11], () => {})),
  "zebra's places of MAC addresses": of((run) => readMacPlaces(run, [{ vni: 10, mac: MAC }])),
  "bgpd's memory": { ...of(readLongMemory), around: [["a", " : 1 1 1 1"], ["a  :  ", ""]] },
  "the connections of bgpd": { ...of(readReceived), around: [["0 0 10.0.0.2:179 ", " x"]] },
  "the node's addresses": of(findAddresses),
  "candidates for the underlay": of(findUnderlay),
  "the LANs": of(listLans),
  "nft's table": of(seeFilter),
  "ports that have met a limit": { read: parsePorts },
  "next hops": { read: parseHops },
  "places of MAC addresses": {
    read: (text: string) => parsePlaces([text, undefined, undefined, text]),
  },
  "the room of a table of neighbours": { read: parseThresholds },
  "the node's devices": { read: (text: string) => parseDevices(text, text, [4789]) },
  "a line of a monitor": {
    read(line: string) {
      parseEntry(line);
      parseChange(line);
      parseLearnt(line);
      parseArrival(line);
      parseHeard(line);
      parseBell(line);
    },
    around: [[`${MAC} dev a `, " master b"], ["1: ", ": "], ["1: a: ", ""]],
  },
  "FRR's configuration": {
    read(text: string) {
      readClients(text);
      planPasswords(text, text);
      planRouteMaps(text, "");
    },
    around: [[" neighbor ", ""], ["route-map ", " permit 10\n"], ["route-map a permit 10\n", ""]],
  },
  "the counters' file": { read: parseCounters },
  "the settings": { read: (text: string) => readSettings({}, () => text), around: [["a", ""]] },
  "the head of a request": {
    read: parseRequest,
    around: [["GET /", ""], ["GET / HTTP/1.1\r\nx:", ""], ["GET / HTTP/1.1\r\n", ": a"]],
  },
  "who asks for the view": {
    read: (text: string) => refuse({ from: text, authorization: text, host: text }, TOKEN, false),
    around: [["Bearer ", ""]],
  },
  "the host that is asked for the view": {
    read: (host: string) => refuse({ from: "::1", authorization: null, host }, undefined, false),
    around: [["localhost:", ""], ["[", "]"]],
  },
  "the head of a request for a line": {
    read: parseUpgrade,
    around: [["GET /", ""], ["GET / HTTP/1.1\r\nx:", ""], ["GET / HTTP/1.1\r\n", ": a"]],
  },
} as const;
