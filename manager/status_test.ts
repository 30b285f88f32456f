// The text form of `manager status`.
import assert from "node:assert/strict";
import { NO_REPAIRS } from "./repairs.ts";
import { renderStatus, type Status } from "./status.ts";

const WORKER: Status = {
  role: "worker",
  ready: true,
  reasons: [],
  daemons: ["zebra", "bgpd", "watchfrr"],
  sessions: [{
    peer: "10.99.0.1",
    state: "Established",
    uptimeMs: 61_999,
    prefixesReceived: 2,
    prefixesSent: 3,
  }],
  lans: [{
    name: "net1",
    suffix: "ntwork",
    vni: 10,
    mtu: 1450,
    bridge: "kt-net1-ntwork",
    ports: ["lab/pc1 net0", "mgabcdefghijklm"],
    remoteVteps: ["10.99.0.12"],
  }],
  macs: [
    { vni: 10, mac: "02:00:00:00:00:01", type: "local", behind: "mgabcdefghijklm" },
    { vni: 10, mac: "02:00:00:00:00:02", type: "remote", behind: "10.99.0.12" },
  ],
  calls: {
    ADD: {
      ...{ answered: 4, failed: 1, fallenBack: 1, declined: 2, undelivered: 0 },
      ...{ totalMs: 50, maxMs: 20.04 },
    },
  },
  swept: { ...NO_REPAIRS, mended: 2, emptied: 1, entriesKept: 5, entriesRemoved: 4 },
};

Deno.test("a worker's sessions, LANs and MAC addresses are tables", () => {
  assert.equal(
    renderStatus(WORKER),
    `worker: ready
FRR: zebra bgpd watchfrr
since its start: 2 mended, 1 LANs without pods removed, 5 forwarding entries kept without a session, 4 stale ones removed

SESSION    STATE        UP    RECEIVED  SENT
10.99.0.1  Established  61 s  2         3

LAN          VNI  MTU   PORTS                          NODES
net1-ntwork  10   1450  lab/pc1 net0, mgabcdefghijklm  10.99.0.12

MAC                VNI  TYPE    BEHIND
02:00:00:00:00:01  10   local   mgabcdefghijklm
02:00:00:00:00:02  10   remote  10.99.0.12

CALL  ANSWERED  FAILED  MEAN     LONGEST  BY BINARY  UNDELIVERED
ADD   4         1       12.5 ms  20.0 ms  3          0
`,
  );
});

Deno.test("what is not there is said in words", () => {
  const status = {
    ...WORKER,
    ready: false,
    reasons: ["FRR's daemons are not up", "no BGP session is Established"],
    daemons: [],
    sessions: [],
    lans: [],
    macs: [],
    calls: {},
    swept: NO_REPAIRS,
  };
  assert.equal(
    renderStatus(status),
    `worker: not ready (FRR's daemons are not up; no BGP session is Established)
FRR: does not answer

no session

no lan

no mac

no call
`,
  );
});
