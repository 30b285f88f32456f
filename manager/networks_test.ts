// Networks: what is one, and the one form that each is brought to.
import assert from "node:assert/strict";
import fc from "fast-check";
import { halve, normaliseNetworks } from "./networks.ts";

const CASES: readonly [given: string, form: readonly string[] | undefined][] = [
  ["10.0.0.0/8", ["10.0.0.0/8"]],
  ["10.1.2.3/8", ["10.0.0.0/8"]],
  ["10.1.2.3", ["10.1.2.3/32"]],
  ["0.0.0.0/0,::/0", ["0.0.0.0/0", "::/0"]],
  ["10.1.0.0/16,10.0.0.0/8,10.0.0.0/8,10.9.9.9", ["10.0.0.0/8"]],
  ["192.168.1.0/24,192.168.0.0/24", ["192.168.0.0/24", "192.168.1.0/24"]],
  ["FD00:0:0::1/8,10.0.0.1/32", ["10.0.0.1/32", "fd00::/8"]],
  ["2001:db8::/32,2001:DB8:0:0:1::/80", ["2001:db8::/32"]],
  ["10.1.2.3,fd00::/8,10.0.0.0/8", ["10.0.0.0/8", "fd00::/8"]],
  ["11.1.2.3,fd00::/8,10.0.0.0/8", ["10.0.0.0/8", "11.1.2.3/32", "fd00::/8"]],
  ["fd00::1,10.0.0.0/8", ["10.0.0.0/8", "fd00::1/128"]],
  // By their first bits these would be within the other family's network.
  ["::10.0.0.1,10.0.0.0/8", ["10.0.0.0/8", "::a00:1/128"]],
  ["::/0,10.1.2.3", ["10.1.2.3/32", "::/0"]],
  ["::ffff:10.0.0.1/128", ["::ffff:a00:1/128"]],
  ["10.0.0.0/33", undefined],
  ["fd00::/129", undefined],
  ["10.0.0/8", undefined],
  ["10.0.0.256/32", undefined],
  ["010.0.0.1/32", undefined],
  ["10.0.0.0/8/8", undefined],
  ["10.0.0.0/", undefined],
  ["10.0.0.0/-1", undefined],
  ["fd00:::/8", undefined],
  ["fd00::1%eth0/64", undefined],
  ["[fd00::1]/64", undefined],
  ["nodes.example/8", undefined],
  ["rr.example,0.0.0.0/0", undefined],
  ["", undefined],
];

for (const [given, form] of CASES) {
  Deno.test(`networks ${JSON.stringify(given)}: ${form?.join(" ") ?? "refused"}`, () => {
    assert.deepEqual(normaliseNetworks(given.split(",")), form);
  });
}

Deno.test("the one form of networks is its own one form, and has all of them", () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6());
  const network = fc.tuple(address, fc.nat(128)).map(([address, length]) =>
    `${address}/${address.includes(":") ? length : length % 33}`
  );
  fc.assert(fc.property(fc.array(network, { minLength: 1, maxLength: 6 }), (networks) => {
    const form = normaliseNetworks(networks);
    assert.ok(form !== undefined);
    assert.deepEqual(normaliseNetworks(form), form);
    for (const one of networks) assert.deepEqual(normaliseNetworks([...form, one]), form, one);
  }));
});

Deno.test("a network of length 0 is its halves", () => {
  assert.deepEqual(["0.0.0.0/0", "::/0", "10.0.0.0/8"].flatMap(halve), [
    ...["0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"],
    "10.0.0.0/8",
  ]);
});
