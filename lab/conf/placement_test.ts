// Devices go to nodes in turn, or where they are told to.
import assert from "node:assert/strict";
import { placeDevices } from "./placement.ts";

const devices = ["a", "b", "c", "d"];
const nodes = ["n1", "n2"];

Deno.test("devices go to the nodes in turn, leaving pinned ones out", () => {
  assert.deepEqual([...placeDevices(devices, nodes, []).values()], ["n1", "n2", "n1", "n2"]);
  assert.deepEqual([...placeDevices(devices, nodes, ["b=n1"]).values()], ["n1", "n1", "n2", "n1"]);
});

Deno.test("a pin that names no device or no node is refused", () => {
  assert.throws(() => placeDevices(devices, nodes, ["x=n1"]), /x is no device of the lab/);
  assert.throws(() => placeDevices(devices, nodes, ["a=n3"]), /n3 is none of n1, n2/);
  assert.throws(() => placeDevices(devices, nodes, ["a"]), /nothing is none of n1, n2/);
});
