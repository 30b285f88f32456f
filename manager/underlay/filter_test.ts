// What nft is told: all of it at first, then only what has changed; and how its answer is read.
import assert from "node:assert/strict";
import { type Filter, parseFilter, planFilter, setsOf } from "./filter.ts";
import { parseDevices } from "./filter_host.ts";

const FILTER: Filter = {
  ports: [4789],
  underlays: ["eth0"],
  vteps: ["10.0.0.1", "fd00::1"],
  others: [4096],
};
const dropped = { strangers: 0, spoofed: 0, forwarded: 0 };
const WHOLE = { isWhole: true, sets: setsOf(FILTER), dropped };

Deno.test("where nothing has changed nothing is told", () => {
  assert.equal(planFilter(FILTER, WHOLE), "");
});

Deno.test("what is missing or damaged is made anew, with all that its sets hold", () => {
  for (const seen of [undefined, { ...WHOLE, isWhole: false }]) {
    const script = planFilter(FILTER, seen);
    assert.match(
      script,
      /^add table inet megalos\ndelete table inet megalos\n\ntable inet megalos {/,
    );
    assert.match(script, /^add element inet megalos vteps4 { 10\.0\.0\.1 }$/m);
    assert.match(script, /^add element inet megalos vteps6 { fd00::1 }$/m);
    assert.match(script, /^add element inet megalos underlays { "eth0" }$/m);
    assert.match(script, /^add element inet megalos others { 4096 }$/m);
  }
});

Deno.test("no set has a type, which an older nft could not list", () => {
  const script = planFilter(FILTER, undefined);
  assert.equal(script.match(/^ +set \w+ {/gm)?.length, 5);
  assert.equal(script.match(/^ +set \w+ { typeof [^;]+; size \d+; }$/gm)?.length, 5);
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
`,
  );
});

Deno.test("a table of which somebody has taken a rule is not whole", () => {
  const sets = Object.entries(setsOf(FILTER)).map(([name, elem]) => ({ set: { name, elem } }));
  const counter = { counter: { name: "spoofed", packets: 7 } };
  const table = (rules: number) => [
    ...[...sets, counter],
    ...Array(4).fill({ chain: {} }),
    ...Array(rules).fill({ rule: {} }),
  ];
  const read = (rules: number) => parseFilter(JSON.stringify({ nftables: table(rules) }));
  assert.deepEqual(read(11), { ...WHOLE, dropped: { ...dropped, spoofed: 7 } });
  assert.equal(read(10).isWhole, false);
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
