// Nodes on LANs, and those that announce others: read from what bgpd prints, in parts as they come.
import assert from "node:assert/strict";
import type { Run } from "../../shared/process/exec.ts";
import { readNodes } from "./nodes.ts";

/** As FRR 8.4.4 prints it: the second path of a route has come by another reflector. */
function route(originator: string, ...nextHops: string[]): object {
  const length = originator.includes(":") ? 128 : 32;
  const prefix = `[3]:[0]:[${length}]:[${originator}]`;
  const paths = nextHops.map((ip) => [{
    ...{ routeType: 3, ethTag: 0, ipLen: length, ip: originator, peerId: "10.99.0.1" },
    extendedCommunity: { string: "RT:65000:10 ET:8" },
    nexthops: [{ ip, hostname: "rr", afi: "ipv4", used: true }],
  }]);
  return { [prefix]: { prefix, prefixLen: 352, paths } };
}

const ANSWER = {
  "10.99.0.11:2": { rd: "10.99.0.11:2", ...route("10.99.0.11", "10.99.0.11", "10.99.0.11") },
  "10.99.0.66:2": { rd: "10.99.0.66:2", ...route("10.98.0.1", "10.99.0.66", "10.99.0.66") },
  "10.99.0.66:3": { rd: "10.99.0.66:3", ...route("10.99.0.66", "10.99.0.66") },
  "1.2.3.4:2": { rd: "1.2.3.4:2", ...route("fd00::12", "fd00::12") },
  ...{ numPrefix: 4, numPaths: 6 },
};

const printing = (...parts: string[]): Run => ({ argv, heard }) => {
  for (const part of parts) heard?.(part, "stdout");
  return Promise.resolve({
    ...{ argv, reason: "success", code: 0, signal: null, stdout: "", stderr: "", ms: 0 },
  });
};

Deno.test("nodes are next hops; who announces another one is told, wherever a part ends", async () => {
  for (const text of [JSON.stringify(ANSWER), JSON.stringify(ANSWER, null, 2)]) {
    for (let at = 0; at <= text.length; at++) {
      const found = await readNodes(printing(text.slice(0, at), text.slice(at)));
      assert.deepEqual(found, {
        vteps: ["10.99.0.11", "10.99.0.66", "fd00::12"],
        others: new Map([["10.99.0.66", "10.98.0.1"]]),
      }, `${at}`);
    }
  }
});

Deno.test("where bgpd knows no node there is none, and no forger", async () => {
  const found = await readNodes(printing('{"numPrefix":0,"numPaths":0}'));
  assert.deepEqual(found, { vteps: [], others: new Map() });
});
