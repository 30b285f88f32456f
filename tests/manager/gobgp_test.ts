// What an independent speaker forges is refused, as what the tests' own speaker forges.
import assert from "node:assert/strict";
import { LANS } from "../fixture/bare_node.ts";
import {
  type Node,
  plug,
  REFLECTOR_ADDRESS,
  startCluster,
  startNode,
  workerAddress,
} from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { macRoute, memberRoute, VNI } from "../fixture/forged_routes.ts";
import { GoBgp } from "../fixture/gobgp.ts";
import { runManagers } from "../fixture/manager.ts";
import { addPod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import type { Route } from "../fixture/speaker.ts";
import { PC1, PC2, startTwoPods } from "../fixture/two_pods.ts";

const OWN = "10.99.0.66";
const OTHER = workerAddress(1);
const EACH = 1_000;
/** What FRR refuses by itself, so that the session stays. */
const REFUSED: Readonly<Record<string, (at: number) => Route>> = {
  "another node's next hop": (at) => ({ ...macRoute(OWN, at), nextHop: OTHER }),
  "nobody's next hop": (at) => ({
    ...macRoute(OWN, EACH + at),
    nextHop: memberRoute(OWN, at).ip!,
  }),
  "another node's membership": (at) => ({ ...memberRoute(OWN, at), nextHop: OTHER }),
  "type 1": (at) => ({ type: 1, rd: `${OWN}:${at}`, vni: VNI, nextHop: OWN }),
  "type 4": (at) => ({ ...memberRoute(OWN, at), type: 4 }),
  "type 5": (at) => ({ ...memberRoute(OWN, at), type: 5 }),
};
/** The last one that is its own. */
const OWN_MAC = macRoute(OWN, 0xffff);

const many = (make: (at: number) => Route, count = EACH) =>
  Array.from({ length: count }, (_, at) => make(at + 1));

async function readFdb(node: Node): Promise<string[]> {
  const fdb = await node.must("nsenter", `--net=${LANS}`, "bridge", "fdb", "show");
  return fdb.split("\n").filter((line) => / dst /.test(line));
}

testAsRoot("what GoBGP forges reaches no kernel, and what is its own does", async () => {
  await using pods = await startTwoPods();
  const { reflector, workers: [w1, w2] } = pods.cluster;
  await using stranger = await startNode("stranger");
  await plug(reflector, stranger, OWN);
  await using speaker = await GoBgp.start(stranger, REFLECTOR_ADDRESS, OWN);
  for (const make of Object.values(REFUSED)) await speaker.announce(many(make));
  // What it announces last is its own: where that is known, all that came before is judged.
  await speaker.announce([{ ...memberRoute(OWN, 0), ip: OWN }, OWN_MAC]);
  await eventually(
    async () => (await readFdb(w1)).some((line) => line.startsWith(OWN_MAC.mac!)),
    30,
    async () => `its own route does not come\n${(await readFdb(w1)).join("\n")}`,
  );
  for (const node of [w1, w2]) {
    const forged = (await readFdb(node)).filter((line) =>
      / dst 10\.98\./.test(line) || line.startsWith("06:") && !line.startsWith(OWN_MAC.mac!)
    );
    assert.deepEqual(forged, [], node.name);
  }
  assert.ok(await speaker.isUp());
});

/** What FRR cannot refuse, how many of it come, and why the manager ends the session. */
const SHUT: Readonly<
  Record<string, readonly [make: (own: string, at: number) => Route, count: number, why: string]>
> = {
  "other nodes' memberships": [
    memberRoute,
    EACH,
    String.raw`it announces the node 10\.98\.`,
  ],
  "another node's route distinguisher": [
    (own, at) => ({ ...macRoute(own, at), rd: `${OTHER}:2` }),
    EACH,
    `it announces a route of ${OTHER}`,
  ],
  "more routes than are allowed": [
    macRoute,
    2 * EACH,
    `it announces \\d+ routes, and ${EACH} are allowed`,
  ],
};

const ownOf = (at: number) => `10.99.0.${67 + at}`;

testAsRoot("GoBGP is shut out when it claims other nodes, or announces too much", async () => {
  await using cluster = await startCluster();
  await using running = await runManagers(cluster, {}, { MEGALOS_MAX_ROUTES: `${EACH}` });
  // Entries are made for LANs alone that a worker has.
  for (const [at, node] of cluster.workers.entries()) {
    await addPod(node, [PC1, PC2][at]!, `10.0.0.${at + 1}`);
  }
  await using strangers = new AsyncDisposableStack();
  // A client that was refused is not believed for a while, so each kind has a speaker of its own.
  // Their sessions come up together: an old GoBGP takes up to half a minute for one.
  const speakers = await Promise.all(
    Object.keys(SHUT).map(async (_, at) => {
      const [stranger, own] = [strangers.use(await startNode(`stranger${at}`)), ownOf(at)];
      await plug(cluster.reflector, stranger, own);
      return strangers.use(await GoBgp.start(stranger, REFLECTOR_ADDRESS, own));
    }),
  );
  for (const [at, [what, [make, count, why]]] of Object.entries(SHUT).entries()) {
    const [speaker, own] = [speakers[at]!, ownOf(at)];
    await speaker.announce(many((at) => make(own, at), count));
    await running.reflector.logged(
      new RegExp(`no routes are taken from ${own}: .*${why}`),
    );
    await eventually(async () => !(await speaker.isUp()), 20, `${what}: the session is still up`);
    for (const node of cluster.workers) {
      await eventually(
        async () => !(await readFdb(node)).some((line) => /^06:| dst 10\.98\./.test(line)),
        20,
        async () => `${what}: there is ${(await readFdb(node)).slice(0, 5)}`,
      );
    }
  }
});
