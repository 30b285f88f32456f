// Whom the filter lets pass, and for how long, with kernel and bgpd as a test has them.
import assert from "node:assert/strict";
import type { Tell } from "../events/event.ts";
import type { Session } from "../frr/query.ts";
import { setsOf } from "./filter.ts";
import type { FilterHost } from "./filter_host.ts";
import { VtepFilter } from "./vtep_filter.ts";

const [OWN, NODE, FORGED] = ["10.0.0.1", "10.0.0.2", "10.9.9.9"] as const;
const AGAIN_MS = 5_000;
const MINUTE_MS = 60_000;

/** A node whose nft, kernel and bgpd are the test's. */
function start(vtepFilter: "on" | "off" = "on") {
  const vteps = new Set<string>();
  const world = {
    ofKernel: [] as string[],
    ofEvpn: () => [NODE] as string[],
    /** How nft says the table, and what somebody does as soon as it is made. */
    form: "ours",
    made: (_script: string) => {},
    seen: () => {},
    isTracking: false,
    isInSession: true,
    takesAll: undefined as string | undefined,
  };
  const told: string[] = [];
  const applied: string[] = [];
  const host: FilterHost = {
    see: () => {
      world.seen();
      const sets = setsOf({ udpPorts: [4789], underlays: [], vteps: [...vteps], others: [] });
      const dropped = { strangers: 0, spoofed: 0, forwarded: 0 };
      return Promise.resolve({ form: world.form, sets, dropped });
    },
    apply(script) {
      applied.push(script);
      if (script.includes("delete table")) vteps.clear();
      if (script.includes("chain")) world.made(script);
      for (const [, verb, nodes = ""] of script.matchAll(/^(\w+) element .* vteps4 { (.*) }$/gm)) {
        for (const node of nodes.split(", ")) verb === "add" ? vteps.add(node) : vteps.delete(node);
      }
      return Promise.resolve();
    },
    devices: () => Promise.resolve({ underlays: [], others: [], takesAll: world.takesAll }),
    isTracking: () => Promise.resolve(world.isTracking),
    nodesOfKernel: () => Promise.resolve(world.ofKernel),
    nodesOfEvpn: () => Promise.resolve(world.ofEvpn()),
  };
  const tell: Tell = (event) => void told.push(JSON.stringify(event));
  const filter = new VtepFilter({ vtepFilter, vxlanPort: 4789 }, OWN, tell, host);
  // Whole milliseconds: sums and differences of fractions are not exact.
  const began = Math.floor(performance.now());
  const session: Session = {
    ...{ peer: "10.0.0.254", state: "Established", uptimeMs: 1, prefixesSent: 1 },
    prefixesReceived: 1,
  };
  return {
    world,
    told,
    applied,
    hear: (node: string, deleted = "") =>
      filter.hearEntry(`${deleted}00:00:00:00:00:00 dev vni~10 dst ${node} self permanent`),
    /** What may send after a look so many ms after the first one. */
    async look(ms: number) {
      await filter.look({ at: began + ms, sessions: world.isInSession ? [session] : [] });
      return [...vteps].toSorted();
    },
    async [Symbol.asyncDispose]() {
      await filter[Symbol.asyncDispose]();
    },
  };
}

Deno.test("where bgpd does not name the nodes in time, those that are known may send on", async () => {
  await using node = start();
  await node.look(0);
  node.world.form = "changed";
  let tables = 0;
  node.world.made = () => {
    tables++;
    node.world.form = "ours";
  };
  node.world.ofEvpn = () => {
    throw new Error("Cannot ask FRR: vtysh was killed");
  };
  await assert.rejects(node.look(MINUTE_MS * 5), /^Error: Cannot ask FRR: vtysh was killed$/);
  assert.equal(tables, 1, "the table that somebody has changed is made again");
});

Deno.test("before EVPN has spoken there is no table, which would drop all nodes' packets", async () => {
  await using node = start();
  node.world.isInSession = false;
  await node.look(0);
  assert.deepEqual(node.applied, []);
  node.world.isInSession = true;
  assert.deepEqual(await node.look(AGAIN_MS), [OWN, NODE]);
});

Deno.test("where a device takes all VNIs of the port the table is left as it is", async () => {
  await using node = start();
  node.world.takesAll = "overlay";
  const said = /^the node's device overlay takes all VNIs of its UDP port$/;
  await assert.rejects(node.look(0), { message: said });
  assert.deepEqual(node.applied, []);
});

Deno.test("a kernel that finds no routes where packets are judged is asked before, from then on", async () => {
  await using node = start();
  const made: boolean[] = [];
  node.world.made = (script) => {
    const isEarly = script.includes("chain arrived");
    made.push(isEarly);
    if (!isEarly) throw new Error("Error: Could not process rule: Operation not supported");
  };
  assert.deepEqual(await node.look(0), [OWN, NODE]);
  node.world.form = "changed";
  await node.look(AGAIN_MS);
  assert.deepEqual(made, [false, true, true]);
});

Deno.test("a filter that nft refuses for another reason is tried again as it was", async () => {
  await using node = start();
  let isRefused = true;
  const made: boolean[] = [];
  node.world.made = (script) => {
    made.push(script.includes("chain arrived"));
    if (isRefused) throw new Error("Error: Could not process rule: No space left on device");
  };
  await assert.rejects(node.look(0), /No space left/);
  isRefused = false;
  await node.look(AGAIN_MS);
  assert.deepEqual(made, [false, false]);
});

Deno.test("an address that bgpd never names is forgotten when its entries are gone", async () => {
  await using node = start();
  assert.deepEqual(await node.look(0), [OWN, NODE]);
  node.hear(FORGED);
  node.world.ofKernel = [NODE, FORGED];
  // A reflector has not refused it yet.
  assert.deepEqual(await node.look(AGAIN_MS), [OWN, NODE, FORGED]);
  node.world.ofKernel = [NODE];
  node.hear(FORGED, "Deleted ");
  assert.deepEqual(await node.look(2 * AGAIN_MS), [OWN, NODE]);
});

Deno.test("without a filter nodes are listed all the same, for whoever refuses some", async () => {
  await using node = start("off");
  let lists = 0;
  node.world.ofEvpn = () => {
    lists++;
    return [NODE];
  };
  assert.deepEqual(await node.look(0), []);
  assert.equal(lists, 1);
});

Deno.test("a node that bgpd has named once is forgotten late", async () => {
  await using node = start();
  node.hear(NODE);
  await node.look(0);
  node.world.ofEvpn = () => [];
  node.hear(NODE, "Deleted ");
  assert.deepEqual(await node.look(14 * MINUTE_MS), [OWN, NODE]);
  assert.deepEqual(await node.look(20 * MINUTE_MS), [OWN]);
});

Deno.test("a node whose entry comes while bgpd is asked stays until the next list", async () => {
  await using node = start();
  const late = "10.0.0.3";
  node.world.ofEvpn = () => {
    node.hear(late);
    return [NODE];
  };
  assert.deepEqual(await node.look(0), [OWN, NODE, late]);
  node.world.ofEvpn = () => [NODE, late];
  assert.deepEqual(await node.look(AGAIN_MS), [OWN, NODE, late]);
  node.world.ofEvpn = () => [NODE];
  assert.deepEqual(await node.look(14 * MINUTE_MS), [OWN, NODE, late]);
});

Deno.test("a table that is changed as soon as it is made is made again, and another nft is learnt", async () => {
  await using node = start();
  const made: string[] = [];
  let next = ["ours", "dormant", "ours"];
  node.world.made = () => {
    node.world.form = next.shift() ?? "never";
    made.push(node.world.form);
  };
  await node.look(0);
  node.world.form = "changed";
  for (const at of [1, 2, 3, 4]) await node.look(at);
  assert.deepEqual(made, ["ours", "dormant", "ours"]);
  node.world.form = "ours, says another nft";
  next = [node.world.form, node.world.form];
  for (const at of [5, 6, 7, 8]) await node.look(at);
  assert.deepEqual(next, []);
  assert.equal(made.length, 5);
});

Deno.test("once the node tracks connections the table gets what it needs, and keeps all else", async () => {
  await using node = start();
  const made: string[] = [];
  node.world.made = (script) => {
    const words = ["delete table", "chain input", "notrack"];
    made.push(words.filter((one) => script.includes(one)).join());
    node.world.form = script.includes("notrack") ? "with notrack" : "without";
  };
  await node.look(0);
  await node.look(1);
  assert.deepEqual(made, ["delete table,chain input"]);
  node.world.isTracking = true;
  await node.look(2);
  // No connection is left just now.
  node.world.isTracking = false;
  assert.deepEqual(await node.look(3), [OWN, NODE]);
  assert.deepEqual(made.slice(1), ["notrack"]);
  assert.equal(node.told.length, 1);
  node.world.form = "changed";
  await node.look(4);
  assert.deepEqual(made.slice(2), ["delete table,chain input,notrack"]);
});

Deno.test("the filter is told of when it is known how nft says it", async () => {
  await using node = start();
  const toldWhenSeen: number[] = [];
  node.world.made = () => node.world.seen = () => toldWhenSeen.push(node.told.length);
  await node.look(0);
  assert.deepEqual([toldWhenSeen, node.told.length], [[0], 1]);
});

Deno.test("a table that is changed while tracking begins is a repair", async () => {
  await using node = start();
  node.world.made = () => node.world.form = "ours";
  await node.look(0);
  Object.assign(node.world, { isTracking: true, form: "changed" });
  await node.look(1);
  assert.match(node.told[1] ?? "", /"isAgain":true/);
});
