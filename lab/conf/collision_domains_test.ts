// VNIs and network names are valid and distinct, and those of lans.json are kept.
import assert from "node:assert/strict";
import fc from "fast-check";
import { hashLab, numberDomains, PinnedLans } from "./collision_domains.ts";

const hash = hashLab("/labs/mine");

Deno.test("a lab's hash is 22 characters that name a Kubernetes namespace, and its own", () => {
  assert.match(hash, /^[a-z0-9]{22}$/);
  assert.notEqual(hash, hashLab("/labs/other"));
});

Deno.test("LANs get distinct networks and VNIs in the range that Kathara uses", () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[\p{L}\p{N}_]{1,12}$/u), { maxLength: 40 });
  fc.assert(fc.property(names, (names) => {
    const lans = [...numberDomains(names, hash).values()];
    assert.deepEqual(lans.map(({ name }) => name), names);
    assert.equal(new Set(lans.map(({ vni }) => vni)).size, names.length);
    assert.equal(new Set(lans.map(({ network }) => network)).size, names.length);
    for (const { vni, suffix, network } of lans) {
      assert.ok(Number.isInteger(vni) && vni >= 0 && vni < 2 ** 24 - 10);
      assert.match(network, /^[a-z0-9][a-z0-9_]*$/);
      assert.equal(suffix, hash.slice(0, 6));
    }
  }));
});

Deno.test("a pinned LAN has its suffix and VNI, and no other LAN gets that VNI", () => {
  const free = numberDomains(["B"], hash).get("B")!.vni;
  const lans = numberDomains(["net1", "B"], hash, { net1: { suffix: "ntwork", vxlanId: free } });
  assert.deepEqual(lans.get("net1"), {
    name: "net1",
    network: "net1",
    suffix: "ntwork",
    vni: free,
  });
  assert.equal(lans.get("B")?.vni, free + 1);
});

Deno.test("a LAN is numbered the same whatever other LANs there are", () => {
  const alone = numberDomains(["A"], hash).get("A");
  assert.deepEqual(numberDomains(["Z", "A"], hash).get("A"), alone);
});

Deno.test("lans.json is refused when a suffix or a VNI cannot be", () => {
  for (const lan of [{ suffix: "toolong", vxlanId: 1 }, { suffix: "a", vxlanId: 2 ** 24 }, {}]) {
    assert.equal(PinnedLans.safeParse({ A: lan }).success, false, JSON.stringify(lan));
  }
});
