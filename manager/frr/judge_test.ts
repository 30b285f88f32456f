// What a client may not announce, each kind by itself.
import assert from "node:assert/strict";
import { findForged } from "./judge.ts";

const OWN = { administrators: ["10.0.0.2"], originators: ["10.0.0.2"], tags: [], segments: [] };

Deno.test("a node's own routes are believed", () => {
  assert.equal(findForged(OWN, "10.0.0.2"), undefined);
});

Deno.test("a node has no Ethernet segment", () => {
  const segments = ["00:11:22:33:44:55:66:77:88:99"];
  assert.equal(
    findForged({ ...OWN, segments }, "10.0.0.2"),
    `it announces a route with the Ethernet segment ${segments[0]}, and nodes have none`,
  );
});
