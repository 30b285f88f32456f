// The text form of `manager status`.
import assert from "node:assert/strict";
import { NO_REPAIRS } from "../events/repairs.ts";
import type { Session } from "../frr/query.ts";
import type { Status } from "./read_status.ts";
import { renderStatus, renderStatusJson } from "./render_status.ts";

const SESSION: Session = {
  peer: "10.99.0.1",
  state: "Established",
  uptimeMs: 61_999,
  prefixesReceived: 2,
  prefixesSent: 3,
};

const WORKER: Status = {
  role: "worker",
  ready: true,
  reasons: [],
  troubles: [],
  daemons: ["zebra", "bgpd", "watchfrr"],
  sessions: [SESSION],
  lans: [{
    name: "net1",
    suffix: "ntwork",
    vni: 10,
    mtu: 1450,
    bridge: "kt-net1-ntwork",
    ports: ["lab/pc1 net0", "mgabcdefghijklm"],
    devices: [
      { port: "mgnopqrstuvwxyz", pod: "lab/pc1 net0", mac: "02:00:00:00:00:02" },
      { port: "mgabcdefghijklm" },
    ],
    remoteVteps: ["10.99.0.12"],
    keptVteps: ["10.99.0.13"],
  }],
  macs: [
    { vni: 10, mac: "02:00:00:00:00:01", type: "local", behind: "mgabcdefghijklm" },
    {
      ...{ vni: 10, mac: "02:00:00:00:00:02", type: "local", behind: "mgnopqrstuvwxyz" },
      pod: "lab/pc1 net0",
    },
    { vni: 10, mac: "02:00:00:00:00:03", type: "remote", behind: "10.99.0.12" },
    { vni: 10, mac: "02:00:00:00:00:04", type: "kept", behind: "10.99.0.13" },
  ],
  calls: {
    ADD: {
      ...{ answered: 4, failed: 1, fallenBack: 1, declined: 2, undelivered: 0 },
      ...{ totalMs: 50, maxMs: 20.04 },
    },
  },
  repairs: { ...NO_REPAIRS, mended: 2, emptied: 1, entriesKept: 5, entriesRemoved: 4 },
  limits: [],
  vtepFilter: { nodes: 2, dropped: { strangers: 50, spoofed: 1, forwarded: 0 } },
};

Deno.test("limits that were met are a table above the others", () => {
  const met = {
    ...{ limit: "macs" as const, lan: "net1-ntwork", vni: 10, device: "lab/pc1 net0" },
    ...{ most: 4096, times: 2, isMet: true },
  };
  const text = renderStatus({ ...WORKER, limits: [met, { ...met, vni: 11, isMet: false }] }, 100);
  assert.ok(
    text.includes(`
LIMIT               LAN          VNI  DEVICE        TIMES  NOW
4096 MAC addresses  net1-ntwork  10   lab/pc1 net0  2      met
4096 MAC addresses  net1-ntwork  11   lab/pc1 net0  2
`),
    text,
  );
});

Deno.test("a line says who takes no more interfaces", () => {
  const lineOf = (full: Partial<Status>) =>
    renderStatus({ ...WORKER, ...full }, 100).split("\n").find((line) => line.includes("no more"));
  assert.equal(
    lineOf({ mostPorts: 3_000, fullNamespaces: ["lab"] }),
    "no more interfaces on LANs are taken, as this node has 3000 (MEGALOS_MAX_PORTS)",
  );
  assert.equal(
    lineOf({ fullNamespaces: ["lab", "other"] }),
    "no more interfaces on LANs of pods of these namespaces are taken, as they have very many: " +
      "lab, other (MEGALOS_MAX_PORTS)",
  );
  assert.equal(lineOf({}), undefined);
});

Deno.test("a worker's sessions, LANs and MAC addresses are tables", () => {
  assert.equal(
    renderStatus(WORKER, 100),
    `worker: ready
FRR: zebra bgpd watchfrr
since its start: 2 mended, 1 LANs without pods removed, 5 forwarding entries kept without a session, 4 stale forwarding entries removed
VTEP filter: 2 nodes; dropped 50 of strangers, 1 spoofed, 0 forwarded

SESSION    STATE        UP    RECEIVED  SENT
10.99.0.1  Established  61 s  2         3

LAN          VNI  MTU   PORTS                          NODES
net1-ntwork  10   1450  lab/pc1 net0, mgabcdefghijklm  10.99.0.12, 10.99.0.13 (kept)

DEVICE           LAN          VNI  MAC
lab/pc1 net0     net1-ntwork  10   02:00:00:00:00:02
mgabcdefghijklm  net1-ntwork  10

MAC                VNI  TYPE    BEHIND
02:00:00:00:00:01  10   local   mgabcdefghijklm
02:00:00:00:00:02  10   local   lab/pc1 net0
02:00:00:00:00:03  10   remote  10.99.0.12
02:00:00:00:00:04  10   kept    10.99.0.13

CALL  ANSWERED  FAILED  MEAN     LONGEST  BY BINARY  UNDELIVERED
ADD   4         1       12.5 ms  20.0 ms  3          0
`,
  );
});

Deno.test("what is not there is said in words", () => {
  const status: Status = {
    ...WORKER,
    ready: false,
    reasons: ["FRR's daemons are not up", "no BGP session is Established"],
    daemons: [],
    sessions: [],
    lans: [],
    macs: [],
    calls: {},
    repairs: NO_REPAIRS,
    vtepFilter: null,
  };
  assert.equal(
    renderStatus(status, 100),
    `worker: not ready (FRR's daemons are not up; no BGP session is Established)
FRR: does not answer
VTEP filter: none; VXLAN is taken from everybody

no session

no lan

no device

no mac

no call
`,
  );
});

Deno.test("of what could not be read there is a line, and no table", () => {
  const { daemons: _d, sessions: _s, macs: _m, vtepFilter: _f, ...rest } = WORKER;
  const [lan] = WORKER.lans;
  const { remoteVteps: _r, keptVteps: _k, ...unknown } = lan!;
  const status: Status = {
    ...rest,
    ...{ ready: false, reasons: ["FRR does not answer"], lans: [unknown], repairs: NO_REPAIRS },
    troubles: ["Cannot ask FRR: `vtysh` was killed after 10003 ms", "Cannot read \x1b"],
    calls: {},
  };
  assert.equal(
    renderStatus(status, 100),
    `worker: not ready (FRR does not answer)
FRR: does not answer
Cannot ask FRR: \`vtysh\` was killed after 10003 ms
Cannot read ?

LAN          VNI  MTU   PORTS                          NODES
net1-ntwork  10   1450  lab/pc1 net0, mgabcdefghijklm  not known

DEVICE           LAN          VNI  MAC
lab/pc1 net0     net1-ntwork  10   02:00:00:00:00:02
mgabcdefghijklm  net1-ntwork  10

no call
`,
  );
  const reflector = renderStatus({ ...status, role: "route-reflector" }, 100);
  assert.equal(reflector.split("\n").slice(4).join("\n"), "");
});

Deno.test("many pods and nodes on a LAN are broken into lines that a terminal holds", () => {
  const many = (count: number, name: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => name(at + 1));
  const [lan] = WORKER.lans;
  const lans = [{
    ...lan!,
    ports: many(30, (at) => `lab/pc${at} net0`),
    remoteVteps: many(20, (at) => `10.99.0.${at}`),
    keptVteps: [],
  }];
  for (const width of [80, 100, 200]) {
    const text = renderStatus({ ...WORKER, lans, repairs: NO_REPAIRS }, width);
    for (const line of text.split("\n")) assert.ok(line.length <= width, line);
    for (const name of [...lans[0]!.ports, ...lans[0]!.remoteVteps]) {
      assert.equal(text.split(new RegExp(`\\b${RegExp.escape(name)}\\b(?! \\d)`)).length > 1, true);
    }
  }
});

Deno.test("a reflector shows its workers by name, and what it passes on", () => {
  const status: Status = {
    ...WORKER,
    ...{ role: "route-reflector", lans: [], macs: [], calls: {}, repairs: NO_REPAIRS },
    sessions: [{ ...SESSION, peer: "10.99.0.11", hostname: "w1" }],
    routes: [{ vni: 10, vteps: ["10.99.0.11", "10.99.0.12"], macs: 21 }],
  };
  assert.equal(
    renderStatus(status, 100),
    `route-reflector: ready
FRR: zebra bgpd watchfrr

SESSION     NODE  STATE        UP    RECEIVED  SENT
10.99.0.11  w1    Established  61 s  2         3

VNI  MACS  NODES
10   21    10.99.0.11, 10.99.0.12
`,
  );
});

Deno.test("who is refused is a table above the others", () => {
  const refused = [{
    ...{ peer: "10.99.0.66", since: "2026-11-28T12:00:00.000Z" },
    why: "it announces the node 10.99.0.9\x1b, and it is 10.99.0.66",
  }];
  assert.match(renderStatus({ ...WORKER, refused }, 100), /^REFUSED .*\n10\.99\.0\.66 .*\n\n/m);
  const status: Status = {
    ...WORKER,
    ...{ role: "route-reflector", sessions: [], routes: [], repairs: NO_REPAIRS },
    refused,
  };
  assert.equal(
    renderStatus(status, 100),
    `route-reflector: ready
FRR: zebra bgpd watchfrr

REFUSED     SINCE                     WHY
10.99.0.66  2026-11-28T12:00:00.000Z  it announces the node 10.99.0.9?, and it is 10.99.0.66

no session

no vni
`,
  );
});

Deno.test("what would hurt a terminal is escaped in JSON, and nothing is left out", () => {
  const hostile = "\x1b[2J\x7f\x9b31m\u202e";
  const json = renderStatusJson({ ...WORKER, reasons: [hostile] });
  assert.ok(json.includes('"\\u001b[2J\\u007f\\u009b31m\\u202e"'), json);
  assert.deepEqual(JSON.parse(json).reasons, [hostile]);
});
