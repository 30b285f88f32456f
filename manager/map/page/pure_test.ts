// What the map's page computes: rates, places, commands, texts, problems and messages.
import assert from "node:assert/strict";
import { captureHints, readLabWords, shellHints } from "./commands.ts";
import { age, rate, shorten } from "./format.ts";
import { findProblems, findTooMany, makeModel, matches } from "./model.ts";
import { layOutGrid } from "./grid.ts";
import { Places } from "./place.ts";
import { Rates } from "./rates.ts";
import { sparkPoints } from "./spark.ts";
import { splitEvents } from "./stream.ts";
import type { MapNode } from "../messages.ts";

Deno.test("rates are those of a node's own clock, and 0 where nothing is told", () => {
  const rates = new Rates();
  rates.reset({ a: { time: 1_000, ports: { p: [1_000, 500, 0, 0, 0, 0] } } });
  rates.take({ a: { time: 3_000, ports: { p: [3_000, 600, 0, 0, 0, 0] } } });
  const { rx, tx } = rates.of("a", "p");
  assert.deepEqual([rx, tx], [1_000, 50]);
  rates.take({ a: { time: 4_000, ports: {} } });
  assert.equal(rates.of("a", "p").rx, 0);
  assert.deepEqual(rates.of("a", "p").history, [1_050, 0]);
  // A port that is made anew counts from zero.
  rates.take({ a: { time: 5_000, ports: { p: [10, 10, 0, 0, 0, 0] } } });
  assert.equal(rates.of("a", "p").rx, 0);
  assert.equal(rates.of("b", "p").rx, 0);
});

Deno.test("a rate and an age are short", () => {
  const rates = [0, 0.01, 20, 124.9, 150_000, 125_000_000].map(rate);
  assert.deepEqual(rates, ["0", "0", "160 bit/s", "999 bit/s", "1.2 Mbit/s", "1.0 Gbit/s"]);
  const now = Date.parse("2026-01-02T00:00:00Z");
  assert.equal(age("2026-01-01T23:59:30Z", now), "30 s");
  assert.equal(age("2026-01-01T20:00:00Z", now), "4 h");
  assert.equal(shorten("a-name-that-is-long-0", 11), "a-nam…ong-0");
});

Deno.test("a new place is near, and away from all others", () => {
  const taken = [{ x: 0, y: 0 }, { x: 40, y: 0 }];
  const find = () => new Places(40, taken).find({ x: 0, y: 0 });
  const place = find();
  assert.deepEqual(place, find());
  assert.ok(taken.every(({ x, y }) => Math.hypot(x - place.x, y - place.y) >= 40));
  assert.ok(Math.hypot(place.x, place.y) < 160);
});

const POD = { namespace: "lab", pod: "pc1", interface: "eth0" };

Deno.test("commands are those of the cluster, or of the embedded lab", () => {
  assert.deepEqual(shellHints(POD, undefined).map(({ command }) => command), [
    "kubectl -n lab exec -it pc1 -- sh",
  ]);
  const lab = readLabWords("#lab=two-pcs&task");
  assert.equal(shellHints(POD, lab)[0]?.command, "deno task lab connect --name two-pcs pc1");
  assert.equal(
    captureHints(POD, readLabWords("#lab=two-pcs"))[0]?.command,
    "lab exec --name two-pcs pc1 tcpdump -n -l -i eth0",
  );
  assert.equal(readLabWords("#lab=$(id)"), undefined);
});

Deno.test("no command is made of a name that a shell would not take as it is", () => {
  const lab = readLabWords("#lab=x");
  for (const name of ["a;id", "$(id)", "-it", "a b", "a\nb", "'", "a|b", "", "ä"]) {
    assert.deepEqual(shellHints({ ...POD, pod: name }, undefined), [], name);
    assert.deepEqual(shellHints({ ...POD, namespace: name }, undefined), [], name);
    assert.deepEqual(shellHints({ ...POD, pod: name }, lab), [], name);
    for (const key of ["pod", "namespace", "interface"]) {
      assert.deepEqual(captureHints({ ...POD, [key]: name }, undefined), [], name);
    }
    assert.deepEqual(captureHints({ ...POD, interface: name }, lab), [], name);
  }
});

Deno.test("events are split where they end, wherever a part of the stream ends", () => {
  const { events, left } = splitEvents("retry: 1\nevent: a\ndata: {}\n\nevent: b\nda");
  assert.deepEqual([events, left], [[{ name: "a", data: "{}" }], "event: b\nda"]);
});

Deno.test("a sparkline ends at the right, and is nothing where nothing flows", () => {
  assert.equal(sparkPoints([0, 0]), "");
  assert.equal(sparkPoints([0, 10]), "59.0,15.0 60.0,1.0");
});

const TIME = "2026-11-29T01:02:03.004Z";
const NODE: MapNode = {
  ...{ name: "w1", address: "10.0.0.1", role: "worker", version: "1", since: TIME },
  state: "connected",
  inventory: {
    time: TIME,
    node: {
      name: "w1",
      address: "10.0.0.1",
      role: "worker",
      version: "1",
      ready: true,
      reasons: [],
    },
    daemons: ["bgpd", "watchfrr", "zebra"],
    sessions: [{
      ...{ peer: "10.0.0.9", state: "Established", since: TIME },
      ...{ prefixesReceived: 1, prefixesSent: 1 },
    }],
    lans: [{
      ...{ name: "net1", suffix: "s", vni: 10, mtu: 1450, bridge: "b" },
      vxlan: { device: "v", state: "up" },
    }],
    ports: [{
      ...{ port: "mg1", namespace: "lab", pod: "pc1", interface: "eth0", lan: "net1-s", vni: 10 },
      ...{ mac: "02:00:00:00:00:01", state: "up" },
    }],
    portsLeftOut: 0,
    events: [],
  },
};

function problemsOf(change: Partial<MapNode>, inventory: object = {}): string[] {
  const node = { ...NODE, inventory: { ...NODE.inventory!, ...inventory }, ...change };
  return findProblems(makeModel([node])).map(({ text }) => text);
}

Deno.test("what is wrong is said in words, and nothing where all is well", () => {
  assert.deepEqual(problemsOf({}), []);
  assert.deepEqual(problemsOf({ state: "lost" }), ["its line to the reflector has ended"]);
  assert.deepEqual(problemsOf({}, { daemons: ["watchfrr", "zebra"] }), ["bgpd is down"]);
  const [session] = NODE.inventory!.sessions;
  assert.deepEqual(problemsOf({}, { sessions: [{ ...session, state: "Active" }] }), [
    "its BGP session with 10.0.0.9 is down (Active)",
  ]);
  const [lan] = NODE.inventory!.lans;
  assert.deepEqual(
    problemsOf({}, { lans: [{ ...lan, vxlan: { device: "v", state: "missing" } }] }),
    ["the tunnel of LAN net1 (VNI 10) is missing"],
  );
});

Deno.test("a search finds a device by any of its words", () => {
  const [port] = makeModel([NODE]).ports;
  for (const text of ["pc1", "LAB/pc1", "net1 w1", "vni 10", "00:01", "eth0", " "]) {
    assert.ok(matches(port!, text), text);
  }
  assert.ok(!matches(port!, "pc1 w2"));
});

Deno.test("a grid lays nothing on anything else, and a LAN near its devices", () => {
  const groups = Array.from(
    { length: 20 },
    (_, box) => Array.from({ length: 25 }, (_, at) => `d${box}-${at}`),
  );
  const links = new Map(Array.from({ length: 200 }, (_, lan) => [
    `l${lan}`,
    [`d${lan % 20}-${lan % 25}`, `d${(lan + 7) % 20}-${(lan + 3) % 25}`],
  ]));
  const places = layOutGrid(groups, links, 1.5);
  assert.equal(places.size, 700);
  const all = [...places.values()];
  for (const [at, one] of all.entries()) {
    for (const other of all.slice(at + 1)) {
      assert.ok(Math.hypot(one.x - other.x, one.y - other.y) >= 29.9);
    }
  }
});

Deno.test("thousands of LANs of one device have places by comparing each with a few", () => {
  const links = new Map(Array.from({ length: 2_500 }, (_, lan) => [`l${lan}`, ["d"]]));
  const { hypot } = Math;
  let compared = 0;
  Math.hypot = (...sides) => {
    compared++;
    return hypot(...sides);
  };
  try {
    assert.equal(layOutGrid([["d"]], links, 1.5).size, 2_501);
  } finally {
    Math.hypot = hypot;
  }
  // To compare each place that is tried with all that are taken took a hundred seconds.
  assert.ok(compared > 0 && compared < 100 * links.size, `${compared} comparisons`);
});

Deno.test("a picture has no more devices than are seen, and no more links of one device", () => {
  const ports = (count: number, pod: (at: number) => string) => {
    const all = Array.from({ length: count }, (_, at) => ({
      ...NODE.inventory!.ports[0]!,
      ...{ port: `mg${at}`, pod: pod(at), lan: `net${at}-s` },
    }));
    return makeModel([{ ...NODE, inventory: { ...NODE.inventory!, ports: all } }]).ports;
  };
  assert.equal(findTooMany(ports(1_500, (at) => `pc${at}`)), undefined);
  assert.equal(findTooMany(ports(1_501, (at) => `pc${at}`)), "1,500 devices");
  assert.equal(findTooMany(ports(6_000, () => "pc")), undefined);
  assert.equal(findTooMany(ports(6_001, () => "pc")), "6,000 links");
});
