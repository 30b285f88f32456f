// What nft is told about storms, and how its answer is read.
import assert from "node:assert/strict";
import {
  formChain,
  limitOfCopies,
  limitOfOthers,
  limitOfPort,
  type OwnLimit,
  parseChains,
  parsePorts,
  planNoOwnLimits,
  planOwnLimits,
  planSilent,
  renderTable,
} from "./storm_table.ts";

/** Devices with the limits of ports. */
const ofPorts = (limits: Readonly<Record<string, number>>) =>
  new Map(Object.entries(limits).map(([port, limit]) => [port, limitOfPort(limit)]));

const table = (limit: number, known: readonly string[] = [], learnsSlowly = false) =>
  renderTable({ limit, learnsSlowly }, known.map((mac) => [mac, "mga"]));

Deno.test("the table has the limit, a burst of five seconds, and what is known already", () => {
  const text = table(2000, ["02:00:00:00:00:01", "02:00:00:00:00:02"]);
  assert.match(text, /limit rate over 2000\/second burst 10000 packets/);
  assert.match(text, /elements = { 02:00:00:00:00:01, 02:00:00:00:00:02 };/);
  assert.doesNotMatch(table(2000), /elements/);
});

Deno.test("what is flooded is limited in bytes of full frames, in a LAN of its own limit, too", () => {
  const own = (limit: number) => planOwnLimits(ofPorts({ mga: limit }), new Map());
  const words = /limit rate over 151400 bytes\/second burst 757000 bytes } .* drop$/m;
  assert.match(table(100), words);
  assert.match(own(100), words);
  // More than 32 bits would become few.
  assert.match(own(1_000_000), /over 1514000000 bytes\/second burst 4294967295 bytes/);
});

Deno.test("all who flood more than a few frames have a limit together", () => {
  const of = (own: OwnLimit) => planOwnLimits(new Map([["net1", own]]), new Map());
  const few = /@many_\w+ { iifname limit rate over 100\/second burst 1000 packets } /;
  const words = (text: string) => [
    text.match(new RegExp(`${few.source}(limit .*) update @met_share { iifname } drop$`, "m"))?.[1],
    text.match(/@heavy_.* bytes } (limit .*) update @met_share { iifname } drop$/m)?.[1],
  ];
  const ofPorts = [
    "limit rate over 20000/second burst 100000 packets",
    "limit rate over 30280000 bytes/second burst 151400000 bytes",
  ];
  assert.deepEqual(words(table(2000)), ofPorts);
  assert.deepEqual(words(of(limitOfPort(2000))), ofPorts);
  // Of other nodes: two LANs' worth.
  assert.equal(words(of(limitOfOthers(250)))[0], "limit rate over 1000/second burst 6000 packets");
});

Deno.test("what a pod's port sends is limited first, whatever the limit of flooded frames is", () => {
  for (const limit of [1, 2000]) {
    const [, first] = /chain sent {\n +(.*)/.exec(table(limit)) ?? [];
    assert.match(first!, /^update @senders .*over 50000\/second burst 50000 packets } .* drop$/);
  }
});

Deno.test("a table names its form, which differs where anything but what is known does", () => {
  const one = "02:00:00:00:00:01";
  assert.match(
    table(2000, [one]),
    new RegExp(`add chain .* ${formChain({ limit: 2000, learnsSlowly: false })}\n`),
  );
  assert.notEqual(
    formChain({ limit: 2000, learnsSlowly: false }),
    formChain({ limit: 200, learnsSlowly: false }),
  );
});

Deno.test("no set has a type, which an older nft could not list", () => {
  const text = table(2000, [], true) + planOwnLimits(ofPorts({ mga: 100 }), new Map());
  assert.equal(text.match(/\b(set|map) \w+ {/g)?.length, 21);
  assert.equal(text.match(/\b(set|map) \w+ { typeof /g)?.length, 21);
});

Deno.test("where bridges keep no limit, new addresses of a port come slowly", () => {
  const one = "02:00:00:00:00:01";
  const text = table(2000, [one], true);
  assert.match(text, /@newcomers .* over 20\/second burst 512 packets } .* drop$/m);
  assert.match(text, /@many_newcomers .* burst 8 packets } limit rate over 400\/second .* drop$/m);
  assert.match(text, /set learnt { .*; elements = { "mga" \. 02:00:00:00:00:01 }; }$/m);
  assert.doesNotMatch(table(2000, [one]), /newcomers|learnt|silent/);
  const [slow, fast] = [true, false].map((learnsSlowly) => formChain({ limit: 1, learnsSlowly }));
  assert.notEqual(slow, fast);
});

Deno.test("ports that learn nothing are told once, and taken back", () => {
  const [a, b] = [["mga"], ["mgb"]];
  assert.equal(planSilent(a, a), "");
  assert.equal(
    planSilent(b, a),
    'delete element bridge megalos silent { "mga" }\nadd element bridge megalos silent { "mgb" }\n',
  );
  const left = (learnsSlowly: boolean) => planNoOwnLimits([], { learnsSlowly }).split("\n")[0];
  assert.equal(left(true), "flush set bridge megalos silent");
  assert.equal(left(false), "flush map bridge megalos own");
});

Deno.test("ports of LANs with a limit of their own are told once, and taken back", () => {
  const first = planOwnLimits(ofPorts({ mga: 100, mgb: 100 }), new Map());
  assert.equal(first.match(/^add chain bridge megalos storm_100_500_10$/gm)?.length, 1);
  assert.match(first, /^add element bridge megalos own { "mgb" : goto storm_100_500_10 }$/m);
  const same = ofPorts({ mga: 100 });
  assert.equal(planOwnLimits(same, same), "");
  const next = planOwnLimits(ofPorts({ mga: 50 }), ofPorts({ mga: 100, mgb: 100 }));
  assert.deepEqual(next.split("\n").filter((line) => line.startsWith("delete element")), [
    'delete element bridge megalos own { "mga" }',
    'delete element bridge megalos own { "mgb" }',
  ]);
  assert.match(next, /own { "mga" : goto storm_50_250_10 }/);
});

Deno.test("a limit that no LAN has any more leaves nothing behind", () => {
  const words = (script: string) =>
    script.split("\n").filter((line) => /^(flush|delete)/.test(line));
  const had = ofPorts({ mga: 100, mgb: 100, mgc: 50 });
  const left = planOwnLimits(ofPorts({ mgb: 100 }), had);
  const gone = (name: string) => [
    `flush chain bridge megalos storm_${name}`,
    `delete chain bridge megalos storm_${name}`,
    `delete set bridge megalos meters_${name}`,
    `delete set bridge megalos bytes_${name}`,
    `delete set bridge megalos many_${name}`,
    `delete set bridge megalos heavy_${name}`,
  ];
  assert.deepEqual(words(left), [
    'delete element bridge megalos own { "mga" }',
    'delete element bridge megalos own { "mgc" }',
    ...gone("50_250_10"),
  ]);
  const chains = ["form_1", "storm_50"];
  assert.deepEqual(words(planNoOwnLimits(chains, { learnsSlowly: false })), [
    "flush map bridge megalos own",
    ...gone("50"),
  ]);
});

Deno.test("of chains, which nft prints without anything else, those of another table are not ours", () => {
  const print = (table: string, ...chains: string[]) =>
    `table ${table} {\n${chains.map((one) => `\tchain ${one} {\n\t}\n`).join("")}}\n`;
  const hook =
    "frames {\n\t\ttype filter hook prerouting priority -300; policy accept;\n\t}\n\tchain";
  const others = print("bridge filter", "storm_1") + print("bridge megalos2", "form_2");
  assert.deepEqual(parseChains(""), []);
  assert.deepEqual(parseChains(others), []);
  const all = print("bridge a", "storm_0") + print("bridge megalos", `${hook} sent`, "storm_3") +
    others;
  assert.deepEqual(parseChains(all), ["frames", "sent", "storm_3"]);
});

Deno.test("ports that have met a limit are read from what nft prints", () => {
  const elem = [{ elem: { val: "mga", expires: 29 } }, "mgb"];
  const json = JSON.stringify({
    nftables: [{ metainfo: {} }, { set: { name: "met_storm", elem } }],
  });
  assert.deepEqual(parsePorts(json), ["mga", "mgb"]);
  assert.deepEqual(parsePorts('{"nftables":[{"set":{"name":"met_storm"}}]}'), []);
});

Deno.test("what is flooded to many nodes is no more packets than a port may send", () => {
  const limits = [0, 1, 2, 16, 17, 100, 1_000, 65_536].map(limitOfCopies);
  assert.deepEqual(limits, [50_000, 50_000, 25_000, 3_125, 1_562, 390, 48, 1]);
});

Deno.test("what other nodes send has a limit that honest LANs do not meet", () => {
  const of = (ports: number) => {
    const { limit, burst } = limitOfOthers(ports);
    return [limit, burst];
  };
  assert.deepEqual(of(2), [25_000, 125_000]);
  assert.deepEqual(of(32), [1_562, 7_810]);
  for (const ports of [100, 250, 1_000]) assert.deepEqual(of(ports), [500, 3_000]);
});

Deno.test("a limit of single devices shares no set with that of all ports", () => {
  const own = limitOfOthers(16);
  const sets = (script: string) =>
    new Set([...script.matchAll(/^ +set (\w+) {/gm)].map(([, name]) => name!));
  const [all, single] = [table(own.limit), planOwnLimits(new Map([["net1", own]]), new Map())];
  assert.equal(sets(single).size, 4);
  assert.ok(sets(all).isDisjointFrom(sets(single)));
});
