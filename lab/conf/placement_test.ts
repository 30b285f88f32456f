// Devices go to nodes in turn, or where they are told to.
import assert from "node:assert/strict";
import type { Device } from "./read_lab.ts";
import { placeDevices } from "./placement.ts";

const devices = ["a", "b", "c", "d"].map((name): Device => ({
  ...{ name, interfaces: [], after: [], startup: false, shutdown: false },
  options: { env: {}, exec: [], sysctls: {}, ulimits: {}, resources: {}, shell: "/bin/bash" },
}));
const nodes = ["n1", "n2"];

Deno.test("devices go to the nodes in turn, leaving pinned ones out", () => {
  const place = (...pins: string[]) => placeDevices(devices, nodes, pins).map(({ node }) => node);
  assert.deepEqual(place(), ["n1", "n2", "n1", "n2"]);
  assert.deepEqual(place("b=n1"), ["n1", "n1", "n2", "n1"]);
});

Deno.test("a pin that names no device or no node is refused", () => {
  assert.throws(() => placeDevices(devices, nodes, ["x=n1"]), /x is no device of the lab/);
  assert.throws(() => placeDevices(devices, nodes, ["a=n3"]), /"n3" is none of n1, n2/);
  assert.throws(() => placeDevices(devices, nodes, ["a"]), /"a": it is not DEVICE=NODE/);
});
