// Names and aliases: no two LANs share one, each fits the kernel and leads back to its LAN.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Alias, parseAlias, renderAlias } from "./alias.ts";
import { identifyLan, isPortName, lanDevices, MAX_VNI, portName } from "./lan.ts";

/** IFNAMSIZ - 1, ALTIFNAMSIZ - 1 and IFALIASZ - 1. */
const MAX_NAME = 15, MAX_ALTNAME = 127, MAX_ALIAS = 255;

const characters = (text: string) => fc.constantFrom(...text);
const alphanumeric = "abzABZ019";
/** Few characters and few values, so that near misses are many. */
const name = fc.tuple(
  characters(alphanumeric),
  fc.string({ unit: characters(alphanumeric + "_.-"), maxLength: 7 }),
  fc.constantFrom("", "x".repeat(70), "x".repeat(300)),
).map((parts) => parts.join(""));
const suffix = fc.string({ unit: characters("ab1_.-"), minLength: 1, maxLength: 6 });
const vni = fc.oneof(
  fc.constantFrom(0, 1, 63, 64, MAX_VNI - 1, MAX_VNI),
  fc.integer({ min: 0, max: MAX_VNI }),
);
const lan = fc.record({ name, suffix, vni });

Deno.test("the original's names where they are unambiguous, else ~ and the VNI", async () => {
  const cases: [string, string, number, string][] = [
    ["net1", "ntwork", 10, "net1-ntwork"],
    ["abcde", "ssxo0h", 10, "abcde-ssxo0h"],
    ["abcdef", "ssxo0h", 10, "~AAAK-ssxo0h"],
    ["a_b", "s", 0, "~AAAA-s"],
    ["if7", "s", 10, "~AAAK-s"],
    ["iface", "s", 10, "iface-s"],
    ["a", "b-c", MAX_VNI, "~____-b-c"],
  ];
  for (const [name, suffix, vni, vxlan] of cases) {
    const devices = lanDevices(await identifyLan(name, suffix, vni));
    assert.deepEqual([devices.vxlan, devices.bridge], [vxlan, `kt-${vxlan}`]);
  }
});

Deno.test("every name fits the kernel and a batch line", async () => {
  const property = fc.asyncProperty(lan, async (one) => {
    const { vxlan, bridge, byVni, byName } = lanDevices(
      await identifyLan(one.name, one.suffix, one.vni),
    );
    for (const device of [vxlan, bridge]) {
      assert.match(device, new RegExp(`^[~\\w.-]{1,${MAX_NAME}}$`));
    }
    for (const altname of [byVni, byName]) {
      assert.match(altname, new RegExp(`^[~\\w.-]{1,${MAX_ALTNAME}}$`));
    }
  });
  await fc.assert(property, { numRuns: 500 });
});

Deno.test("LANs that differ in name and VNI share no name of any device", async () => {
  const property = fc.asyncProperty(lan, lan, async (a, b) => {
    fc.pre(a.vni !== b.vni && (a.name !== b.name || a.suffix !== b.suffix));
    const [one, two] = await Promise.all(
      [a, b].map(({ name, suffix, vni }) => identifyLan(name, suffix, vni)),
    );
    assert.ok(one && two);
    const names = [one, two].map((lan) => Object.values(lanDevices(lan)));
    assert.equal(new Set(names.flat()).size, 8, JSON.stringify(names));
  });
  await fc.assert(property, { numRuns: 2000 });
});

Deno.test("LANs that share name or VNI share the alternative name that finds them", async () => {
  const property = fc.asyncProperty(lan, vni, name, async (a, otherVni, otherName) => {
    const one = lanDevices(await identifyLan(a.name, a.suffix, a.vni));
    assert.equal(lanDevices(await identifyLan(a.name, a.suffix, otherVni)).byName, one.byName);
    assert.equal(lanDevices(await identifyLan(otherName, a.suffix, a.vni)).byVni, one.byVni);
  });
  await fc.assert(property, { numRuns: 500 });
});

Deno.test("an alias leads back to LAN and owner, and fits the kernel", async () => {
  const objectName = fc.string({ unit: characters("abc019.-"), minLength: 1, maxLength: 20 });
  const owner = fc.option(
    fc.record({ ifname: objectName, pod: objectName.map((pod) => `default/${pod}`) }, {
      noNullPrototype: true,
    }),
    { nil: undefined },
  );
  const property = fc.asyncProperty(lan, owner, async (one, owner) => {
    const lan = await identifyLan(one.name, one.suffix, one.vni);
    const text = renderAlias(owner === undefined ? { lan } : { lan, owner });
    assert.ok(text.length <= MAX_ALIAS);
    assert.deepEqual(parseAlias(text), owner === undefined ? { lan } : { lan, owner });
  });
  await fc.assert(property, { numRuns: 500 });
});

Deno.test("an alias carries a LAN's limits, and that a port does not learn", async () => {
  const lan = await identifyLan("net1", "ntwork", 10);
  const aliases: Alias[] = [
    { lan, limits: { maxMacs: 100 } },
    { lan, limits: { stormLimit: 1 } },
    { lan, limits: { maxMacs: 1_000_000, stormLimit: 1_000_000 } },
    { lan, vxlanPort: 8472 },
    { lan, learning: "off", owner: { ifname: "net0", pod: "lab/pc1" } },
  ];
  for (const alias of aliases) assert.deepEqual(parseAlias(renderAlias(alias)), alias);
  assert.deepEqual(parseAlias(`${renderAlias({ lan })},macs=x,storm=-1,learning=on`), { lan });
});

Deno.test("a pod's name that is too long is cut, the LAN's is not", async () => {
  const lan = await identifyLan("x".repeat(300), "ssxo0h", MAX_VNI);
  const owner = { ifname: "exactly15bytes-", pod: `${"n".repeat(63)}/${"p".repeat(253)}` };
  const text = renderAlias({ lan, owner });
  assert.equal(text.length, MAX_ALIAS);
  assert.deepEqual(parseAlias(text)?.lan, lan);
});

Deno.test("no interface name changes what else an alias says", async () => {
  const lan = await identifyLan("net1", "ntwork", 10);
  const [mac, pod] = ["02:00:00:00:00:01", "lab/mallory"];
  const names = ["a,vni=5", "b,name=x", "c,suffix=y", "d,pod=z", "e,mac=", "f,learning=off"];
  for (const ifname of [...names, "=", ","]) {
    const told = parseAlias(renderAlias({ lan, owner: { ifname, mac, pod } }));
    const shown = ifname.replace(",", "_");
    assert.deepEqual(told, { lan, owner: { ifname: shown, mac, pod } }, ifname);
  }
});

Deno.test("an alias that is not ours leads nowhere", () => {
  for (
    const text of [
      undefined,
      "",
      "uplink",
      "megalos",
      "megalos,vni=x,suffix=s,name=n",
      "megalos2,vni=1,suffix=s,name=n",
    ]
  ) {
    assert.equal(parseAlias(text), undefined, text);
  }
});

Deno.test("port names are told from others, and differ", async () => {
  const all = await Promise.all(
    ["a", "b", "ab"].flatMap((id) => ["net0", "net1"].map((ifname) => portName(id, ifname))),
  );
  assert.equal(new Set(all).size, 6);
  assert.equal(await portName("a", "net0"), all[0]);
  for (const port of all) assert.ok(isPortName(port) && port.length === MAX_NAME, port);
  for (const other of ["mg", "eth0", "kt-net1-ntwork", "mgmt", "~AAAK-ssxo0h"]) {
    assert.ok(!isPortName(other));
  }
});
