// What `manager status` reads, with the answers of FRR and kernel given: no FRR is needed.
import assert from "node:assert/strict";
import { type NodeFacts, renderNodeFacts } from "../../shared/lan/node_facts.ts";
import type { Command, Completed } from "../../shared/process/command.ts";
import { run as runHere } from "../../shared/process/exec.ts";
import { NO_REPAIRS } from "../events/repairs.ts";
import { readStatus, type Status } from "./read_status.ts";

const FRR_HEALTH = `zebra bgpd watchfrr staticd
${
  JSON.stringify({
    peers: {
      "10.99.0.1": { state: "Established", hostname: "rr", peerUptimeMsec: 5000, pfxRcd: 2 },
    },
  })
}`;
const NO_SESSION = FRR_HEALTH.replace("Established", "Active");

const ALIAS = "megalos,vni=10,suffix=ntwork,name=net1";
const bridge = { ifindex: 3, ifname: "kt-net1-ntwork", mtu: 1450, ifalias: ALIAS };
const port = (ifname: string, owner: string) => ({
  ...{ ifindex: 5, ifname, mtu: 1450, master: "kt-net1-ntwork", ifalias: `${ALIAS},${owner}` },
});
const PORTS = [
  port("mgaaaaaaaaaaaaa", "if=net0,mac=02:00:00:00:00:01,pod=lab/pc10"),
  port("mgbbbbbbbbbbbbb", "if=net0,pod=lab/pc9"),
  port("mgccccccccccccc", "if=net0"),
];

const VNIS = { "10": { vni: 10, vxlanIf: "net1-ntwork", remoteVteps: ["10.99.0.12"] } };
const local = { "02:00:00:00:00:01": { type: "local", intf: "mgaaaaaaaaaaaaa" } };
const remote = { "02:00:00:00:00:02": { type: "remote", remoteVtep: "10.99.0.12" } };

/** Of bridge(8): two nodes, and a MAC address on each. */
const ENTRIES = `00:00:00:00:00:00 dev net1-ntwork dst 10.99.0.12 self permanent
00:00:00:00:00:00 dev net1-ntwork dst 10.99.0.13 self permanent
02:00:00:00:00:01 dev mgaaaaaaaaaaaaa master kt-net1-ntwork
02:00:00:00:00:02 dev net1-ntwork extern_learn master kt-net1-ntwork
02:00:00:00:00:02 dev net1-ntwork dst 10.99.0.12 self extern_learn
02:00:00:00:00:03 dev net1-ntwork dst 10.99.0.13 self extern_learn
`;

/** The answers of a worker; a command that has none fails. */
const WORKER: Readonly<Record<string, string>> = {
  "true": "",
  "show daemons": FRR_HEALTH,
  "show evpn vni json": JSON.stringify(VNIS),
  "show evpn mac vni 10 json": JSON.stringify({ macs: { ...local, ...remote } }),
  "ip -force -json": [[bridge], PORTS].map((one) => `${JSON.stringify(one)}\n`).join(""),
  "bridge -force": ENTRIES,
};
const FACTS: NodeFacts = {
  ...{ v: 1, vtep: "10.99.0.11", mtu: 1500, vxlanPort: 4789, nodeNetns: "net:[1]" },
};
const FILES: Readonly<Record<string, string>> = {
  "/run/megalos/node.json": renderNodeFacts(FACTS),
  "/etc/frr/megalos-start": "",
  "/etc/frr/megalos-zebra": "",
  "/run/megalos/counters.json": '{"repairs":{"mended":2}}',
};

/** @param killed which program is killed when it has printed its answer */
function read(answers = WORKER, files = FILES, killed?: string): Promise<Status> {
  const run = async (command: Command): Promise<Completed> => {
    const { argv, heard } = command;
    const line = argv.join(" ");
    const [, stdout] = Object.entries(answers).find(([words]) => line.includes(words)) ?? [];
    if (killed !== undefined && line.includes(killed)) {
      const script = ["sh", "-c", 'printf %s "$1"; kill -KILL $$', "sh", stdout ?? ""] as const;
      return { ...await runHere({ ...command, argv: script }), argv };
    }
    const isKnown = stdout !== undefined;
    heard?.(stdout ?? "", "stdout");
    return {
      ...{ argv, reason: isKnown ? "success" : "exit", code: isKnown ? 0 : 1, signal: null },
      ...{ stdout: stdout ?? "", stderr: "", ms: 0 },
    };
  };
  return readStatus({ run, readText: (path) => Promise.resolve(files[path]) });
}

Deno.test("a worker's LANs and MACs: pods are sorted, the kernel's own entries kept", async () => {
  const { sessions: [session] = [], lans, macs, ...status } = await read();
  assert.deepEqual([session?.peer, session?.hostname], ["10.99.0.1", "rr"]);
  assert.deepEqual(lans, [{
    ...{ name: "net1", suffix: "ntwork", vni: 10, mtu: 1450, bridge: "kt-net1-ntwork" },
    ports: ["lab/pc9 net0", "lab/pc10 net0", "mgccccccccccccc"],
    devices: [
      { port: "mgbbbbbbbbbbbbb", pod: "lab/pc9 net0" },
      { port: "mgaaaaaaaaaaaaa", pod: "lab/pc10 net0", mac: "02:00:00:00:00:01" },
      { port: "mgccccccccccccc" },
    ],
    remoteVteps: ["10.99.0.12"],
    keptVteps: ["10.99.0.13"],
  }]);
  assert.deepEqual(macs, [
    {
      ...{ vni: 10, mac: "02:00:00:00:00:01", type: "local", behind: "mgaaaaaaaaaaaaa" },
      pod: "lab/pc10 net0",
    },
    { vni: 10, mac: "02:00:00:00:00:02", type: "remote", behind: "10.99.0.12" },
    { vni: 10, mac: "02:00:00:00:00:03", type: "kept", behind: "10.99.0.13" },
  ]);
  assert.deepEqual(status, {
    role: "worker",
    ready: true,
    reasons: [],
    troubles: [],
    daemons: ["zebra", "bgpd", "watchfrr", "staticd"],
    calls: {},
    repairs: { ...NO_REPAIRS, mended: 2 },
    limits: [],
    vtepFilter: null,
  });
});

Deno.test("who takes no more interfaces is what the plugin is told", async () => {
  for (const full of [{ mostPorts: 3_000 }, { fullNamespaces: ["lab"] }]) {
    const text = renderNodeFacts({ ...FACTS, ...full });
    const status = await read(WORKER, { ...FILES, "/run/megalos/node.json": text });
    const { mostPorts, fullNamespaces } = status;
    assert.deepEqual(JSON.parse(JSON.stringify({ mostPorts, fullNamespaces })), full);
  }
});

Deno.test("during a cut a worker shows the entries that the kernel still has", async () => {
  const { lans, macs, ready, reasons } = await read({
    ...WORKER,
    "show daemons": NO_SESSION,
    "show evpn vni json": JSON.stringify({ "10": { ...VNIS["10"], remoteVteps: [] } }),
    "show evpn mac vni 10 json": JSON.stringify({ macs: local }),
  });
  assert.deepEqual([ready, reasons], [false, ["no BGP session is Established"]]);
  assert.deepEqual([lans[0]?.remoteVteps, lans[0]?.keptVteps], [[], ["10.99.0.12", "10.99.0.13"]]);
  assert.deepEqual(macs?.map(({ mac, type }) => [mac.slice(-2), type]), [
    ["01", "local"],
    ["02", "kept"],
    ["03", "kept"],
  ]);
});

Deno.test("a worker whose FRR does not answer still shows its LANs", async () => {
  const kernel = ["true", "bridge -force", "ip -force -json"];
  const answers = Object.entries(WORKER).filter(([words]) => kernel.includes(words));
  const { role, daemons, lans, reasons } = await read(Object.fromEntries(answers), {});
  assert.deepEqual([role, daemons, lans.length], ["worker", [], 1]);
  assert.deepEqual(reasons, [
    "FRR's daemons are not up",
    "no BGP session is Established",
    "the plugin has not been told the node's facts",
  ]);
});

const LOOKS_AT_LAN = { name: "net1", suffix: "ntwork", vni: 10, mtu: 1450, bridge: bridge.ifname };
const WHOLE_VTEPS = { remoteVteps: ["10.99.0.12"], keptVteps: ["10.99.0.13"] };

/** A program that is killed, what is then not known, and what is known of the LAN's nodes. */
const KILLED: readonly [words: string, unknown: readonly (keyof Status)[], vteps: object][] = [
  ["show daemons", ["daemons", "sessions", "macs"], {}],
  ["show evpn vni json", ["macs"], {}],
  ["show evpn mac vni 10 json", ["macs"], WHOLE_VTEPS],
  ["nft -j list table", ["vtepFilter"], WHOLE_VTEPS],
];
for (const [words, unknown, vteps] of KILLED) {
  Deno.test(`where "${words}" is killed, the status says so, and not what is not known`, async () => {
    const whole = await read();
    const { troubles, lans: [lan], ready, reasons, ...status } = await read(WORKER, FILES, words);
    assert.deepEqual(troubles.length, 1, troubles.join("\n"));
    assert.match(
      troubles[0]!,
      /^Cannot (?:ask FRR|read the VTEP filter): .* was ended by SIGKILL$/,
    );
    const expected = Object.entries(whole).filter(([key]) =>
      !["troubles", "lans", "ready", "reasons", ...unknown].includes(key)
    );
    assert.deepEqual(status, Object.fromEntries(expected));
    const { ports: _ports, devices: _devices, ...told } = lan!;
    assert.deepEqual(told, { ...LOOKS_AT_LAN, ...vteps });
    const isSilent = words === "show daemons";
    assert.deepEqual([ready, reasons], [!isSilent, isSilent ? ["FRR does not answer"] : []]);
  });
}

Deno.test("where zebra goes away while it lists MAC addresses, none counts as kept", async () => {
  const { "show evpn mac vni 10 json": _, ...answers } = WORKER;
  const { macs, troubles } = await read(answers);
  assert.equal(macs, undefined);
  assert.deepEqual(troubles, ["Cannot read zebra's MAC addresses: zebra is away"]);
});

Deno.test("a nsenter that is killed does not say that there is no manager", async () => {
  await assert.rejects(read(WORKER, FILES, " true"), /^FaultError: Cannot look at /);
});

Deno.test("more MAC addresses than people read are counted", async () => {
  const all = Array.from({ length: 10_003 }, (_, at) => {
    const mac = `02:00:00:00:${(at >> 8).toString(16).padStart(2, "0")}:${
      (at & 255).toString(16).padStart(2, "0")
    }`;
    return [mac, { type: "remote", remoteVtep: "10.99.0.12" }];
  });
  const text = JSON.stringify({ macs: Object.fromEntries(all) });
  const { macs, macsLeftOut } = await read({ ...WORKER, "show evpn mac vni 10 json": text });
  assert.equal(macsLeftOut, 3);
  assert.equal(macs?.filter(({ type }) => type === "remote").length, 10_000);
});

Deno.test("a reflector shows what it passes on, a LAN in a row", async () => {
  const routes = `Route Distinguisher: 10.99.0.11:2
*>i[2]:[0]:[48]:[02:00:00:00:00:01]
                    RT:65000:10 ET:8
*>i[3]:[0]:[32]:[10.99.0.11]
                    RT:65000:10 ET:8
*>i[3]:[0]:[32]:[10.99.0.11]
                    RT:65000:7169388 ET:8
Displayed 3 prefixes (3 paths)
`;
  const answers = { "show daemons": FRR_HEALTH, "show bgp l2vpn evpn route": routes };
  const files = { "/etc/frr/megalos-start": "" };
  const status = await read(answers, files);
  assert.deepEqual([status.role, status.ready], ["route-reflector", true]);
  assert.deepEqual(status.routes, [
    { vni: 10, vteps: ["10.99.0.11"], macs: 1 },
  ]);

  const refused = [{ peer: "10.99.0.66", since: "2026-11-28T12:00:00.000Z", why: "it forges" }];
  const file = "/run/megalos/refused.json";
  const told = await read(answers, { ...files, [file]: JSON.stringify(refused) });
  assert.deepEqual([status.refused, told.refused], [undefined, refused]);
  const broken = await read(answers, { ...files, [file]: "{" });
  assert.deepEqual(broken.troubles, [`Cannot read ${file}: it is not what a manager writes`]);

  const cut = await read(answers, files, "evpn route");
  assert.deepEqual([cut.routes, cut.ready, cut.sessions], [undefined, true, status.sessions]);
  assert.match(cut.troubles.join(), /^Cannot ask FRR: .* evpn route` was ended by SIGKILL$/);
  const silent = await read(answers, files, "show daemons");
  assert.deepEqual([silent.routes, silent.reasons], [undefined, ["FRR does not answer"]]);
  assert.equal(silent.troubles.length, 1, "FRR is waited for in vain once");
});

for (
  const [what, files] of [
    ["that no manager has met", {}],
    ["that a worker's manager was uninstalled from", FILES],
  ] as const
) {
  Deno.test(`a machine ${what} says so`, async () => {
    const { role, ready, reasons } = await read({}, files);
    assert.deepEqual([role, ready], [null, false]);
    assert.deepEqual(reasons, ["no manager has prepared this machine"]);
  });
}
