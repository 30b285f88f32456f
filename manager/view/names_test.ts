// What nodes are called whose names are the same.
import assert from "node:assert/strict";
import { nameApart } from "./names.ts";

Deno.test("a name that is no host's is shown with the address, so it looks like no other", () => {
  for (const name of ["w1 (10.99.0.11)", "w1 ", "w\u0456", ""]) {
    assert.deepEqual(nameApart([{ name, address: "10.99.0.66" }]), [`${name} (10.99.0.66)`]);
  }
  const hosts = ["w1.example", "my_host-2", "fd00::3"];
  const named = hosts.map((name) => ({ name, address: "10.99.0.66" }));
  assert.deepEqual(nameApart(named), hosts);
});

Deno.test("a name that two addresses have is shown with the address, but for the own one", () => {
  const all = [
    { name: "rr", address: undefined },
    { name: "w1", address: "10.99.0.11" },
    { name: "w2", address: "10.99.0.12" },
    { name: "w2", address: "10.99.0.66" },
    { name: "rr", address: "10.99.0.66" },
    { name: "w1", address: "10.99.0.11" },
  ];
  assert.deepEqual(nameApart(all), [
    ...["rr", "w1", "w2 (10.99.0.12)", "w2 (10.99.0.66)", "rr (10.99.0.66)", "w1"],
  ]);
});
