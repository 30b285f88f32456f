// A speaker that announces what is not its own: it is not believed, and true nodes lose nothing.
import assert from "node:assert/strict";
import {
  type Node,
  plug,
  REFLECTOR_ADDRESS,
  startCluster,
  startNode,
  workerAddress,
} from "../fixture/cluster.ts";
import { NODES_LAN } from "../../shared/lan/nodes_lan.ts";
import { LANS } from "../fixture/bare_node.ts";
import { eventually } from "../fixture/eventually.ts";
import { macRoute, memberRoute, VNI } from "../fixture/forged_routes.ts";
import { readStatus, runManagers } from "../fixture/manager.ts";
import { countLost } from "../fixture/ping.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { type Route, Speaker } from "../fixture/speaker.ts";
import { PC1, PC2, startTwoPods } from "../fixture/two_pods.ts";

const MANY = 1_000;
const PC2_ADDRESS = "10.0.0.2";
const OTHER = workerAddress(1);
const SEGMENT = "00112233445566778899";

/** Forged routes of a speaker `own`, by what is forged in them. */
const REFUSED: Readonly<Record<string, (own: string, at: number) => Route>> = {
  "another node's next hop": (own, at) => ({ ...macRoute(own, at), nextHop: OTHER }),
  "nobody's next hop": (own, at) => ({ ...macRoute(own, at), nextHop: `10.98.1.${at % 250}` }),
  "another next hop beside its own": (own, at) => ({
    ...{ ...macRoute(own, at), nextHop: OTHER, otherNextHop: own },
  }),
  "another node's membership": (own, at) => ({ ...memberRoute(own, at), nextHop: OTHER }),
  "a route of several LANs": (own, at) => ({
    ...macRoute(own, at),
    ...{ mac: macRoute(own, at).mac!.replace("06", "0e"), otherVnis: [VNI + 1] },
  }),
  "type 1": (own, at) => ({ type: 1, rd: `${own}:${at}`, vni: VNI, nextHop: own }),
  "type 4": (own, at) => ({ ...memberRoute(own, at), type: 4 }),
  "type 5": (own, at) => ({ ...memberRoute(own, at), type: 5 }),
};

/** What FRR alone cannot refuse, how many of it come, and why the manager ends the session. */
const SHUT: Readonly<
  Record<string, readonly [make: (own: string, at: number) => Route, count: number, why: RegExp]>
> = {
  "other nodes' memberships": [memberRoute, MANY, /it announces the node 10\.98\.0\.\d+/],
  "another node's route distinguisher": [
    (own, at) => ({ ...macRoute(own, at), rd: `${OTHER}:2` }),
    MANY,
    new RegExp(`it announces a route of ${OTHER}`),
  ],
  "Ethernet tags": [
    (own, at) => ({ ...macRoute(own, at), tag: 7 }),
    MANY,
    /it announces a route with the Ethernet tag 7/,
  ],
  "Ethernet segments": [
    (own, at) => ({ ...macRoute(own, at), segment: SEGMENT }),
    MANY,
    /it announces a route with the Ethernet segment 00:11:22:33:44:55:66:77:88:99/,
  ],
  "more routes than are allowed": [macRoute, 21_000, /it announces 2\d{4} routes, and 20000 are/],
};

function makeMany(
  make: (own: string, at: number) => Route,
  own: string,
  count = MANY,
  sent = 0,
): Route[] {
  return Array.from({ length: count }, (_, at) => make(own, sent + at + 1));
}

/** Announces a true route, and waits until a worker has it: then it has all that came before. */
async function awaitTrue(speaker: Speaker, own: string, node: Node): Promise<void> {
  await speaker.announce([{ ...memberRoute(own, 0), ip: own }, macRoute(own, 0)]);
  await eventually(
    async () => (await readFdb(node)).some((line) => line.includes(`dst ${own} `)),
    20,
    () => `the routes of ${own} do not come\n`,
  );
}

async function readFdb(node: Node): Promise<string[]> {
  return (await node.must("nsenter", `--net=${LANS}`, "bridge", "fdb", "show")).split("\n");
}

/** Entries of the nodes that a frame for everyone goes to. */
async function listFlooded(node: Node): Promise<string[]> {
  return (await readFdb(node)).filter((line) => /^00:00:00:00:00:00 .* dst /.test(line)).toSorted();
}

/** Entries that lead where only a forged route leads, or that have a forged MAC address. */
async function listForged(node: Node, own: string): Promise<string[]> {
  return (await readFdb(node)).filter((line) =>
    / dst 10\.98\./.test(line) || line.startsWith("0e:00:00:00:") ||
    /^06:/.test(line) && / dst /.test(line) &&
      !line.includes(` dst ${own} `)
  );
}

/** Waits until the VTEP filter lets in none of the forged nodes. */
async function forgetsForged(node: Node): Promise<void> {
  for (const set of ["vteps4", "known4"]) {
    const readSenders = () => node.must("nft", "list", "set", "inet", "megalos", set);
    await eventually(
      async () => !(await readSenders()).includes("10.98."),
      20,
      `forged nodes may still send VXLAN: ${set}`,
    );
  }
}

async function startStranger(reflector: Node, addresses: readonly string[]): Promise<Node> {
  const node = await startNode("stranger");
  const [first = "", ...others] = addresses;
  await plug(reflector, node, first);
  for (const address of others) {
    await node.must("ip", "address", "add", `${address}/24`, "dev", "eth0");
  }
  return node;
}

testAsRoot("a speaker is believed what is its own, and forged routes reach no kernel", async () => {
  await using pods = await startTwoPods();
  const { reflector, workers: [w1, w2] } = pods.cluster;
  const own = "10.99.0.66";
  await using stranger = await startStranger(reflector, [own]);
  await using speaker = await Speaker.start(stranger, REFLECTOR_ADDRESS, own);
  assert.ok(speaker !== undefined);
  const lost = await countLost(w1, PC1, PC2_ADDRESS, async () => {
    await awaitTrue(speaker, own, w1);
    for (const make of Object.values(REFUSED)) {
      await speaker.announce(makeMany(make, own));
      await speaker.announce([{ ...macRoute(own, 0), mac: "06:00:00:01:00:00" }]);
    }
    await eventually(
      async () => (await readFdb(w1)).some((line) => line.startsWith("06:00:00:01:00:00")),
      20,
      "the last route has not come",
    );
    for (const node of [w1, w2]) assert.deepEqual(await listForged(node, own), []);
  });
  assert.equal(speaker.isUp, true);
  assert.equal(lost, 0, "frames of true nodes are lost");
});

testAsRoot("a speaker that claims other nodes, or announces too much, is shut out", async () => {
  await using pods = await startTwoPods();
  const { reflector, workers: [w1, w2] } = pods.cluster;
  const kinds = Object.entries(SHUT);
  const addresses = kinds.map((_, at) => `10.99.0.${66 + at}`);
  await using stranger = await startStranger(reflector, addresses);
  const lost = await countLost(w1, PC1, PC2_ADDRESS, async () => {
    for (const [at, [what, [make, count, why]]] of kinds.entries()) {
      const own = addresses[at]!;
      await using speaker = await Speaker.start(stranger, REFLECTOR_ADDRESS, own);
      assert.ok(speaker !== undefined, what);
      await awaitTrue(speaker, own, w1);
      for (let sent = 0; sent < count && speaker.isUp; sent += MANY) {
        await speaker.announce(makeMany(make, own, MANY, sent));
      }
      await eventually(() => !speaker.isUp, 20, `${what}: the session is still up`);
      await pods.running.reflector.logged(new RegExp(`${own}.*${why.source}`));
      for (const node of [w1, w2]) {
        await eventually(
          async () =>
            (await readFdb(node)).every((line) => !/^06:00:00:00:| dst 10\.98\./.test(line)),
          20,
          async () => `${what}: there is ${(await readFdb(node)).slice(0, 5)}`,
        );
        await forgetsForged(node);
      }
      // It calls again, and is not believed.
      await using again = await Speaker.start(stranger, REFLECTOR_ADDRESS, own);
      await again?.announce([macRoute(own, 5)]);
      await stranger.must("sleep", "3");
      assert.ok((await readFdb(w1)).every((line) => !line.startsWith("06:00:00:00:")), what);
      const { refused } = await readStatus(pods.cluster.reflector);
      const reason = refused.find(({ peer }: { peer: string }) => peer === own)?.why;
      assert.match(reason, why, JSON.stringify(refused));
    }
  });
  assert.equal(lost, 0, "frames of true nodes are lost");
});

testAsRoot("a node stays on its LANs whom somebody announces under another tag", async () => {
  await using pods = await startTwoPods();
  const { reflector, workers: [w1] } = pods.cluster;
  const addresses = ["10.99.0.66", "10.99.0.77"] as const;
  await using stranger = await startStranger(reflector, addresses);
  const before = await listFlooded(w1);
  assert.equal(before.length, 2, `${before}`);
  // Relays take a node that leaves the LAN of all nodes for one that is away.
  for (const [at, vni] of [VNI, NODES_LAN.vni].entries()) {
    const own = addresses[at]!;
    await using speaker = await Speaker.start(stranger, REFLECTOR_ADDRESS, own);
    assert.ok(speaker !== undefined);
    await awaitTrue(speaker, own, w1);
    await speaker.announce(
      [OTHER, workerAddress(0)].map((ip) => ({ ...memberRoute(own, 0), ip, tag: 7, vni })),
    );
    await eventually(() => !speaker.isUp, 20, "the session is still up");
    await eventually(
      async () => !(await listFlooded(w1)).some((line) => line.includes(` dst ${own} `)),
      20,
      "the entry of the speaker itself stays",
    );
    // A deletion waits in the relay for a second, and then for bgpd's word.
    await stranger.must("sleep", "5");
    assert.deepEqual(await listFlooded(w1), before);
  }
  await pods.running.workers[0].logged(new RegExp(`node ${OTHER} is no longer away`));
});

testAsRoot("a pod's address is announced again that a forged segment has taken away", async () => {
  await using pods = await startTwoPods();
  const { reflector, workers: [w1, w2] } = pods.cluster;
  const own = "10.99.0.66";
  await using stranger = await startStranger(reflector, [own]);
  const lookUp = async (node: Node) =>
    (await node.run(["vtysh", "-c", `show evpn mac vni ${VNI} mac ${PC2.mac}`])).stdout;
  const isKnown = async () =>
    / Intf: mg/.test(await lookUp(w2)) && (await lookUp(w1)).includes(` Remote VTEP: ${OTHER}\n`);
  await eventually(isKnown, 20, "the pod is not known");
  await using speaker = await Speaker.start(stranger, REFLECTOR_ADDRESS, own);
  assert.ok(speaker !== undefined);
  await awaitTrue(speaker, own, w1);
  const forged = { ...macRoute(own, 0), mac: PC2.mac, sequence: 2 ** 32 - 1, segment: SEGMENT };
  await speaker.announce([forged]);
  await eventually(async () => !await isKnown(), 20, "nothing is taken away");
  await eventually(() => !speaker.isUp, 20, "the session is still up");
  await eventually(
    isKnown,
    60,
    async () => `it is not announced again\n${await lookUp(w1)}${await lookUp(w2)}`,
  );
});

testAsRoot("what somebody has announced goes with the session, whatever is asked for", async () => {
  await using pods = await startTwoPods();
  const { reflector, workers: [w1] } = pods.cluster;
  const own = "10.99.0.66";
  await using stranger = await startStranger(reflector, [own]);
  {
    // It asks for a graceful restart.
    await using speaker = await Speaker.start(stranger, REFLECTOR_ADDRESS, own);
    assert.ok(speaker !== undefined);
    await awaitTrue(speaker, own, w1);
    await speaker.announce([memberRoute(own, 1)]);
  }
  await eventually(
    async () =>
      !/\[(?:10\.98\.0\.1|10\.99\.0\.66)\]/.test(
        await reflector.must("vtysh", "-c", "show bgp l2vpn evpn route"),
      ),
    20,
    "nobody has a session, and routes stay that nobody judges",
  );
});

testAsRoot("where no reflector judges, workers believe no node that announces others", async () => {
  await using pods = await startTwoPods();
  const { reflector, workers } = pods.cluster;
  const [w1, w2] = workers;
  const [own, honest] = ["10.99.0.66", "10.99.0.77"] as const;
  await using stranger = await startStranger(reflector, [own, honest]);
  await using other = await Speaker.start(stranger, REFLECTOR_ADDRESS, honest);
  await using speaker = await Speaker.start(stranger, REFLECTOR_ADDRESS, own);
  assert.ok(other !== undefined && speaker !== undefined);
  await awaitTrue(other, honest, w1);
  await awaitTrue(speaker, own, w1);
  // Its FRR goes on, and passes on whatever its clients announce of their own next hops.
  await pods.running.reflector.end("TERM");
  /** Entries that the forger has made, its own ones included. */
  const listEntries = async (node: Node) =>
    (await readFdb(node)).filter((line) =>
      line.includes(` dst ${own} `) || / dst 10\.98\./.test(line)
    );
  const lost = await countLost(w1, PC1, PC2_ADDRESS, async () => {
    await speaker.announce(makeMany(memberRoute, own));
    for (const [at, node] of workers.entries()) {
      await pods.running.workers[at]!.logged(
        new RegExp(`${own}: it announces the node 10\\.98\\.`),
      );
      await eventually(
        async () => (await readStatus(node)).refused[0]?.peer === own,
        20,
        async () => `its status has ${JSON.stringify((await readStatus(node)).refused)}`,
      );
      await eventually(
        async () => (await listEntries(node)).length === 0,
        20,
        async () => `there is ${(await listEntries(node)).slice(0, 5)}`,
      );
      await forgetsForged(node);
    }
  });
  assert.equal(lost, 0, "frames of true nodes are lost");
  await other.announce([macRoute(honest, 1)]);
  for (const [node, vtep] of [[w1, OTHER], [w2, workerAddress(0)]] as const) {
    await eventually(
      async () => (await readFdb(node)).some((line) => line.startsWith("06:00:00:00:00:01 ")),
      20,
      `what others announce does not come to ${node.name} any more`,
    );
    const entries = (await readFdb(node)).join("\n");
    for (const one of [honest, vtep]) assert.match(entries, new RegExp(` dst ${one} `), node.name);
  }
});

testAsRoot("a neighbour that announces all the time keeps nobody from being judged", async () => {
  await using pods = await startTwoPods();
  const { reflector, workers: [w1, w2] } = pods.cluster;
  // FRR names its sessions in the order of their addresses.
  const [busyAddress, own] = ["10.99.0.66", "10.99.0.77"] as const;
  await using stranger = await startStranger(reflector, [busyAddress, own]);
  await using busy = await Speaker.start(stranger, REFLECTOR_ADDRESS, busyAddress);
  await using speaker = await Speaker.start(stranger, REFLECTOR_ADDRESS, own);
  assert.ok(busy !== undefined && speaker !== undefined);
  await awaitTrue(busy, busyAddress, w1);
  await awaitTrue(speaker, own, w1);
  let isForging = true;
  const work = (async () => {
    for (let at = 1; isForging; at++) {
      await busy.announce([macRoute(busyAddress, at)]);
      await stranger.must("sleep", "0.2");
    }
  })();
  try {
    await speaker.announce(makeMany(memberRoute, own));
    await eventually(() => !speaker.isUp, 10, "the forger's session is still up");
    for (const node of [w1, w2]) {
      await eventually(
        async () => !(await readFdb(node)).some((line) => / dst 10\.98\./.test(line)),
        10,
        "there are forged entries",
      );
    }
  } finally {
    isForging = false;
    await work;
  }
  assert.equal(busy.isUp, true);
});

/** How many updates of a peer's session a reflector's bgpd has counted. */
async function countUpdates(reflector: Node, peer: string): Promise<number> {
  const json = await reflector.must("vtysh", "-c", `show bgp neighbors ${peer} json`);
  return JSON.parse(json)[peer].messageStats.updatesRecv;
}

testAsRoot("a new session is judged, though as much came in it as in the one before", async () => {
  await using pods = await startTwoPods();
  const { reflector, workers: [w1] } = pods.cluster;
  const own = "10.99.0.66";
  await using stranger = await startStranger(reflector, [own]);
  let count = 0;
  {
    await using speaker = await Speaker.start(stranger, REFLECTOR_ADDRESS, own);
    assert.ok(speaker !== undefined);
    await awaitTrue(speaker, own, w1);
    // Several looks judge it.
    await stranger.must("sleep", "5");
    assert.equal(speaker.isUp, true);
    count = await countUpdates(reflector, own);
  }
  await using again = await Speaker.start(stranger, REFLECTOR_ADDRESS, own);
  assert.ok(again !== undefined);
  await again.announce(makeMany(memberRoute, own, count));
  await eventually(() => !again.isUp, 10, "the session is still up");
});

testAsRoot("a speaker is shut out whose routes are too long to be read", async () => {
  await using cluster = await startCluster();
  await using running = await runManagers(cluster, {}, { MEGALOS_MAX_ROUTES: "500" });
  const own = "10.99.0.66";
  await using stranger = await startStranger(cluster.reflector, [own]);
  await using speaker = await Speaker.start(stranger, REFLECTOR_ADDRESS, own);
  assert.ok(speaker !== undefined);
  await running.reflector.logged(new RegExp(`${own}`));
  await speaker.announce(makeMany((own, at) => ({ ...macRoute(own, at), more: 450 }), own, 450));
  await eventually(() => !speaker.isUp, 20, "the session is still up");
  await running.reflector.logged(new RegExp(`${own}: what it announces is too long`));
});

testAsRoot(
  "a speaker is shut out whose routes have long attributes that no table shows",
  async () => {
    await using cluster = await startCluster();
    await using running = await runManagers(cluster);
    const { reflector, workers: [w1] } = cluster;
    const own = "10.99.0.66";
    await using stranger = await startStranger(reflector, [own]);
    await using speaker = await Speaker.start(stranger, REFLECTOR_ADDRESS, own);
    assert.ok(speaker !== undefined);
    await running.reflector.logged(new RegExp(`${own}`));
    const long = (own: string, at: number) => ({ ...macRoute(own, at), padding: 65_000 });
    for (let sent = 0; sent < 5_000 && speaker.isUp; sent += 100) {
      await speaker.announce(makeMany(long, own, 100, sent));
    }
    await eventually(() => !speaker.isUp, 20, "the session is still up");
    await running.reflector.logged(new RegExp(`${own}: what it announces takes too much memory`));
    for (const node of [reflector, w1]) {
      await eventually(
        async () =>
          !/transit val +: +[1-9]/.test(await node.must("vtysh", "-c", "show memory bgpd")),
        20,
        `${node.name} keeps what it was told`,
      );
    }
  },
);
