// What nft is told: all of it at first, then only what has changed; and how its answer is read.
import assert from "node:assert/strict";
import { type Filter, parseFilter, planFilter, setsOf } from "./filter.ts";
import { parseDevices } from "./filter_host.ts";

const FILTER: Filter = {
  udpPorts: [4789],
  underlays: ["eth0"],
  vteps: ["10.0.0.1", "fd00::1"],
  others: [4096],
  isTracking: false,
  findsRoutesEarly: false,
};
const dropped = { strangers: 0, spoofed: 0, forwarded: 0 };
const WHOLE = { form: "", sets: setsOf(FILTER), dropped };

Deno.test("where nothing has changed nothing is told", () => {
  assert.equal(planFilter(FILTER, WHOLE), "");
});

Deno.test("what is missing or changed is made anew, with all that its sets hold", () => {
  const script = planFilter(FILTER, undefined);
  assert.match(
    script,
    /^add table inet megalos\ndelete table inet megalos\n\ntable inet megalos {/,
  );
  assert.match(script, /^add element inet megalos vteps4 { 10\.0\.0\.1 }$/m);
  assert.match(script, /^add element inet megalos vteps6 { fd00::1 }$/m);
  assert.match(script, /^add element inet megalos underlays { "eth0" }$/m);
  assert.match(script, /^add element inet megalos others { 4096 }$/m);
  assert.match(script, /^add element inet megalos known4 { 4789 \. "eth0" \. 10\.0\.0\.1 }$/m);
  assert.match(script, /^add element inet megalos known6 { 4789 \. "eth0" \. fd00::1 }$/m);
  assert.match(script, /^add element inet megalos quoted4 { 167772161 }$/m);
});

Deno.test("VXLAN is taken out of tracking where there is any", () => {
  assert.doesNotMatch(planFilter(FILTER, undefined), /notrack|priority raw/);
  const script = planFilter({ ...FILTER, isTracking: true }, undefined);
  assert.equal(script.match(/ notrack$/gm)?.length, 3);
  assert.equal(planFilter({ ...FILTER, isTracking: true }, WHOLE), "");
});

Deno.test("an older kernel is asked for a route before packets are judged, and at no other hook", () => {
  const routes = (findsRoutesEarly: boolean) => {
    const script = planFilter({ ...FILTER, findsRoutesEarly }, undefined);
    const chains = script.split(/^ {2}chain /m).slice(1);
    return chains.filter((one) => / fib saddr /.test(one)).map((one) => one.split(" ")[0]);
  };
  assert.deepEqual(routes(false), ["to_node"]);
  assert.deepEqual(routes(true), ["from_elsewhere"]);
});

Deno.test("the short cut is for the first UDP port, and for others while it is short", () => {
  const many = (length: number, prefix: string) =>
    Array.from({ length }, (_, at) => `${prefix}${at >> 8}.${at & 255}`);
  const sizes = (vteps: number, ports: number, underlays = ["eth0"]) => {
    const udpPorts = Array.from({ length: ports }, (_, at) => 4789 + at);
    const sets = setsOf({ ...FILTER, udpPorts, underlays, vteps: many(vteps, "10.0.") });
    return [sets.vteps4.length, sets.known4.length];
  };
  assert.deepEqual(sizes(128, 64), [128, 8_192]);
  assert.deepEqual(sizes(1_000, 64), [1_000, 8_000]);
  assert.deepEqual(sizes(32_768, 2, ["eth0", "eth1"]), [32_768, 65_536]);
  assert.deepEqual(sizes(32_769, 2, ["eth0", "eth1"]), [32_769, 0]);
});

Deno.test("no set has a type, which an older nft could not list", () => {
  const script = planFilter(FILTER, undefined);
  assert.equal(script.match(/^ +set \w+ {/gm)?.length, 8);
  assert.equal(script.match(/^ +set \w+ { typeof [^;]+; size \d+; }$/gm)?.length, 8);
});

Deno.test("a set that is full is named, and nft is told nothing", () => {
  const vteps = Array.from(
    { length: 65_537 },
    (_, at) => `10.${at >> 16}.${at >> 8 & 255}.${at & 255}`,
  );
  assert.match(planFilter({ ...FILTER, vteps: vteps.slice(1) }, WHOLE), /^add element/m);
  assert.throws(
    () => planFilter({ ...FILTER, vteps }, WHOLE),
    /^Error: the set vteps4 is full: it takes 65536$/,
  );
});

Deno.test("only what has changed is told, so counters go on", () => {
  const next = { ...FILTER, vteps: ["10.0.0.2", "fd00::1"], underlays: ["eth0", "eth1"] };
  assert.equal(
    planFilter(next, WHOLE),
    `add element inet megalos underlays { "eth1" }
delete element inet megalos vteps4 { 10.0.0.1 }
add element inet megalos vteps4 { 10.0.0.2 }
delete element inet megalos known4 { 4789 . "eth0" . 10.0.0.1 }
add element inet megalos known4 { 4789 . "eth0" . 10.0.0.2, 4789 . "eth1" . 10.0.0.2 }
add element inet megalos known6 { 4789 . "eth1" . fd00::1 }
delete element inet megalos quoted4 { 167772161 }
add element inet megalos quoted4 { 167772162 }
`,
  );
});

/** What nft 1.1.7 says of a table like ours. */
const LISTED = {
  metainfo: { version: "1.1.7" },
  table: { name: "megalos", handle: 1 },
  chain: { name: "input", handle: 3, hook: "input", prio: 110, policy: "accept" },
  counter: { name: "spoofed", handle: 4, packets: 7, bytes: 700 },
  set: { name: "vteps4", handle: 5, size: 65_536, count: 1, elem: ["10.0.0.1"] as unknown[] },
  rule: { chain: "input", handle: 6, expr: [{ match: { right: "@ports" } }, { drop: null }] },
};

function listed(change: (listing: typeof LISTED) => void = () => {}) {
  const listing = structuredClone(LISTED);
  change(listing);
  const nftables = Object.entries(listing).map(([kind, value]) => ({ [kind]: value }));
  return parseFilter(JSON.stringify({ nftables }));
}

Deno.test("a table has the same form whatever it has counted, and whatever its sets hold", () => {
  const seen = listed();
  assert.deepEqual(seen.sets.vteps4, ["10.0.0.1"]);
  assert.deepEqual(seen.dropped, { ...dropped, spoofed: 7 });
  const later = listed(({ counter, set, rule }) => {
    Object.assign(counter, { packets: 8, bytes: 800 });
    Object.assign(set, { count: 2, elem: ["10.0.0.1", "10.0.0.2"] });
    rule.handle = 60;
  });
  assert.equal(later.form, seen.form);
  assert.deepEqual(later.sets.vteps4, ["10.0.0.1", "10.0.0.2"]);
});

Deno.test("elements of three parts are read, and compared one by one", () => {
  const known = (...elem: unknown[]) =>
    listed(({ set }) => Object.assign(set, { name: "known4", elem }));
  const seen = known({ concat: [4789, "eth0", "10.0.0.1"] });
  assert.deepEqual(seen.sets.known4, ['4789 . "eth0" . 10.0.0.1']);
  assert.equal(known().form, seen.form);
  const other = { elem: { val: { concat: [4789, "eth0", "10.0.0.1"] }, comment: "mine" } };
  assert.notEqual(known(other).form, seen.form);
});

Deno.test("a table that somebody has changed has another form", () => {
  const changes: Record<string, (listing: typeof LISTED) => void> = {
    "a rule": ({ rule }) => rule.expr[1] = { accept: null } as never,
    "what a rule compares": ({ rule }) => rule.expr[0]!.match!.right = "@others",
    "a flag": ({ table }) => Object.assign(table, { flags: ["dormant"] }),
    "a policy": ({ chain }) => chain.policy = "drop",
    "a size": ({ set }) => set.size = 1,
    "a rule more": (all) => Object.assign(all, { rules: { expr: [] } }),
    "an element that is not ours": ({ set }) =>
      set.elem.push({ elem: { val: "10.0.0.9", comment: "mine" } }),
  };
  for (const [what, change] of Object.entries(changes)) {
    assert.notEqual(listed(change).form, listed().form, what);
  }
});

Deno.test("devices of other VNIs at our port are excepted; one that takes all is named", () => {
  const device = (ifname: string, info_data: object) => ({ ifname, linkinfo: { info_data } });
  const vxlans = [
    {},
    device("vxlan.calico", { id: 4096, port: 4789 }),
    device("flannel.1", { id: 1, port: 8472 }),
    device("vni~10", { id: 10, port: 4789 }),
  ];
  const routes = '[{"dst":"default","dev":"eth0"}]\n[{"ifname":"lo"},{"ifname":"eth0"}]\n[{}]\n';
  assert.deepEqual(parseDevices(JSON.stringify(vxlans), routes, [4789]), {
    ...{ underlays: ["eth0", "lo"], others: [4096] },
  });
  const all = [...vxlans, device("cilium", { external: true, port: 4789 })];
  assert.equal(parseDevices(JSON.stringify(all), "", [4789]).takesAll, "cilium");
  assert.equal(parseDevices(JSON.stringify(all), "", [8472]).takesAll, undefined);
});

Deno.test("all ways of a default route lead to nodes", () => {
  const routes = '[{"dst":"default","nexthops":[{"dev":"eth0"},{"dev":"eth1"},{}]}]\n' +
    '[{"ifname":"lo"}]\n';
  assert.deepEqual(parseDevices("[]", routes, [4789]).underlays, ["eth0", "eth1", "lo"]);
});

Deno.test("where the underlay is named, default routes name no device that leads to nodes", () => {
  const routes = '[{"dst":"default","dev":"eth0"}]\n[{"ifname":"eth1"}]\n';
  assert.deepEqual(parseDevices("[]", routes, [4789], true).underlays, ["eth1"]);
});

Deno.test("where the VTEP address is on an encrypted device, no other one leads to nodes", () => {
  const underlays = (info_kind: string) => {
    const device = { ifname: "wg0", linkinfo: { info_kind, info_data: {} } };
    const routes = `[{"dst":"default","dev":"eth0"}]\n[${JSON.stringify(device)}]\n`;
    return parseDevices("[]", routes, [4789]).underlays;
  };
  assert.deepEqual(underlays("wireguard"), ["wg0"]);
  assert.deepEqual(underlays("xfrm"), ["wg0"]);
  assert.deepEqual(underlays("bond"), ["eth0", "wg0"]);
});
