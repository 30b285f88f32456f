// MAC addresses: what is read as one, and what is made.
import assert from "node:assert/strict";
import fc from "fast-check";
import { makeMac, parseMac } from "./mac.ts";

Deno.test("unicast addresses are read in both notations", () => {
  assert.equal(parseMac("02:00:00:00:00:0A"), "02:00:00:00:00:0a");
  assert.equal(parseMac("02-AB-cd-00-00-01"), "02:ab:cd:00:00:01");
  assert.equal(parseMac("00:00:00:00:00:01"), "00:00:00:00:00:01");
});

Deno.test("anything else is no address of an interface", () => {
  const wrong = [
    "",
    "02:00:00:00:00",
    "02:00:00:00:00:00:01",
    "02:00:00:00:00:0g",
    "0200.0000.0001",
    "02:00-00:00:00:01",
    "2:0:0:0:0:1",
    " 02:00:00:00:00:01",
    "02:00:00:00:00:01\n",
    "00:00:00:00:00:00",
    "01:00:5e:00:00:01",
    "ff:ff:ff:ff:ff:ff",
  ];
  for (const text of wrong) assert.equal(parseMac(text), undefined, JSON.stringify(text));
});

Deno.test("an address that is made is unicast, locally administered, and read back", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (random) => {
    const mac = makeMac(random);
    assert.equal(parseMac(mac), mac);
    assert.equal(parseInt(mac.slice(0, 2), 16) & 3, 2);
  }));
});
