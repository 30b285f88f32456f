// The network configuration: any JSON is answered by a value or a fault, never by another error.
import assert from "node:assert/strict";
import fc from "fast-check";
import { FaultError } from "../shared/faults.ts";
import { NODES_LAN } from "../shared/lan/nodes_lan.ts";
import { chooseMac, decodeConfig, readLanConfig, readName, readVersion } from "./config.ts";

const LAN = { suffix: "ntwork", vxlanId: 10 };
const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("values at the edge of their rules are taken as they are", () => {
  const edges = [
    { vxlanId: 0 },
    { vxlanId: 2 ** 24 - 1 },
    { suffix: "a" },
    { suffix: "a_.-19" },
    { mtu: 68 },
    { mtu: 65_485 },
    { port: 1_024 },
    { port: 8_472 },
    { port: 65_535 },
    { maxMacs: 1 },
    { maxMacs: 1_000_000, stormLimit: 1_000_000 },
    { stormLimit: 1 },
    { master: "exactly15bytes-" },
    { mac: "" },
    { args: { cni: {} } },
    { args: {}, runtimeConfig: {} },
  ];
  for (const one of edges) assert.deepEqual(readLanConfig({ ...LAN, ...one }), { ...LAN, ...one });
});

Deno.test("the VNI of the nodes' own LAN is refused, whether that LAN is there or not", () => {
  const { vni } = NODES_LAN;
  assert.throws(() => readLanConfig({ ...LAN, vxlanId: vni }), {
    message: `Cannot use the config: vxlanId is ${vni}; it must be another one: ` +
      "this is the VNI of the nodes' own LAN",
  });
  for (const vxlanId of [vni - 1, vni + 1]) readLanConfig({ ...LAN, vxlanId });
});

Deno.test("a port of the node's own services is refused", () => {
  for (const port of [53, 1_023]) {
    assert.throws(() => readLanConfig({ ...LAN, port }), {
      message: `Cannot use the config: port is ${port}; it must be an integer from 1024 to 65535`,
    });
  }
});

Deno.test("a byte order mark and white space are no harm", () => {
  assert.deepEqual(decodeConfig(encode('\ufeff\n {"name":"a"}\n')), { name: "a" });
});

Deno.test("any bytes and any JSON give a value or a fault", () => {
  const isFault = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      assert.ok(error instanceof FaultError, String(error));
    }
  };
  fc.assert(fc.property(fc.uint8Array(), (bytes) => isFault(() => decodeConfig(bytes))));
  const keys = [
    "name",
    "cniVersion",
    "suffix",
    "vxlanId",
    "mtu",
    "port",
    "master",
    "maxMacs",
    "stormLimit",
    "mac",
    "args",
    "runtimeConfig",
    "prevResult",
  ];
  const config = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue());
  fc.assert(fc.property(config, (config) => {
    for (const read of [readName, readVersion, readLanConfig]) isFault(() => read(config));
  }));
});

Deno.test("a config without a version is of the first", () => {
  assert.deepEqual([{}, { cniVersion: "" }, { cniVersion: null }].map(readVersion), [
    "0.1.0",
    "0.1.0",
    "0.1.0",
  ]);
});

Deno.test("the most specific of the MAC addresses that are there is chosen", () => {
  const mac = (last: number) => `02:00:00:00:00:0${last}`;
  const config = {
    ...LAN,
    mac: mac(1),
    args: { cni: { mac: mac(3) } },
    runtimeConfig: { mac: mac(4) },
  };
  const { runtimeConfig: _, ...third } = config;
  const { args: __, ...second } = third;
  assert.equal(chooseMac(config, mac(2)), mac(4));
  assert.equal(chooseMac(third, mac(2)), mac(3));
  assert.equal(chooseMac(second, mac(2)), mac(2));
  assert.equal(chooseMac(second, undefined), mac(1));
  assert.equal(chooseMac(LAN, undefined), undefined);
  assert.equal(chooseMac({ ...config, runtimeConfig: { mac: "" } }, mac(2)), mac(3));
});
