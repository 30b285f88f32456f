// What an independent speaker forges reaches no kernel, as what the tests' own speaker forges.
import assert from "node:assert/strict";
import { LANS } from "../fixture/bare_node.ts";
import {
  type Node,
  plug,
  REFLECTOR_ADDRESS,
  startNode,
  workerAddress,
} from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { GoBgp } from "../fixture/gobgp.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { startTwoPods } from "../fixture/two_pods.ts";

const OWN = "10.99.0.66";
const OTHER = workerAddress(1);
/** A program is started for each. The tests' own speaker announces a thousand of each. */
const EACH = 20;

const common = (rd: string, nextHop: string) =>
  `rd ${rd}:2 rt 65000:10 encap vxlan nexthop ${nextHop}`;
const hex = (at: number) => at.toString(16).padStart(2, "0");
const macRoute = (at: number, nextHop = OWN, rd = OWN) =>
  `macadv 06:00:00:00:00:${hex(at)} 0.0.0.0 etag 0 label 10 ${common(rd, nextHop)}`;
const memberRoute = (ip: string, nextHop = OWN) =>
  `multicast ${ip} etag 0 rd ${OWN}:2 rt 65000:10 encap vxlan pmsi ingress-repl 10 ${ip} ` +
  `nexthop ${nextHop}`;

/** What FRR refuses by itself, so that the session stays. */
const REFUSED: Readonly<Record<string, (at: number) => string>> = {
  "another node's next hop": (at) => macRoute(at, OTHER),
  "nobody's next hop": (at) => macRoute(at, `10.98.1.${at}`),
  "another node's membership": (at) => memberRoute(`10.98.2.${at}`, OTHER),
  "type 1": (at) => `a-d esi single-homed etag ${at} label 10 ${common(OWN, OWN)}`,
  "type 4": (at) => `esi 10.98.3.${at} esi single-homed ${common(OWN, OWN)}`,
  "type 5": (at) => `prefix 10.50.${at}.0/24 gw ${OWN} etag 0 label 10 ${common(OWN, OWN)}`,
};

const many = (make: (at: number) => string) =>
  Array.from({ length: EACH }, (_, at) => make(at + 1));

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
  await speaker.announce([memberRoute(OWN), macRoute(255)]);
  await eventually(
    async () => (await readFdb(w1)).some((line) => line.startsWith("06:00:00:00:00:ff")),
    20,
    async () => `its own route does not come\n${(await readFdb(w1)).join("\n")}`,
  );
  for (const node of [w1, w2]) {
    const forged = (await readFdb(node)).filter((line) =>
      / dst 10\.98\./.test(line) || line.startsWith("06:") && !line.startsWith("06:00:00:00:00:ff")
    );
    assert.deepEqual(forged, [], node.name);
  }
  assert.ok(await speaker.isUp());

  // FRR cannot refuse these: the session ends.
  await speaker.announce(many((at) => memberRoute(`10.98.4.${at}`)));
  await eventually(
    async () =>
      (await Promise.all([w1, w2].map(readFdb))).flat().every((line) =>
        !/^06:| dst 10\.98\./.test(line)
      ),
    30,
    async () => `there is ${(await readFdb(w1)).slice(0, 5)}`,
  );
  await pods.running.reflector.logged(new RegExp(`no routes are taken from ${OWN}: `));
});
