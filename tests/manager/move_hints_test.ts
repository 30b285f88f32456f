// Hints of moves: they come where BGP could not, and change nothing that EVPN would not change.
import assert from "node:assert/strict";
import { sleep } from "../../shared/process/time.ts";
import { type Node, plug, startNode, workerAddress } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { frrPids } from "../fixture/frr.ts";
import { entriesOf } from "../fixture/lan_netns.ts";
import { callReflector, hello, inventoryOf } from "../fixture/liner.ts";
import { MANAGER, Manager, workerEnv } from "../fixture/manager.ts";
import { addPod, inPod, type Pod, pod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { PC1, PC2, startTwoPods } from "../fixture/two_pods.ts";

// Sends a frame to everyone from each address. Arguments: the interface, the addresses.
const SAY = `
import socket, sys
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind((sys.argv[1], 0))
for mac in sys.argv[2:]:
    link.send(b"\\xff" * 6 + bytes.fromhex(mac.replace(":", "")) + b"\\x88\\xb5" + bytes(46))
`;
const say = (node: Node, from: Pod, ...macs: string[]) =>
  inPod(node, from, "python3", "-I", "-S", "-c", SAY, "net0", ...macs);

/** Addresses that no pod has: they are learnt from frames. */
const MACS = Array.from({ length: 8 }, (_, at) => `02:00:00:00:01:0${at}`);

/** Frames for the address leave this node to that one. */
async function leads(node: Node, mac: string, to: number): Promise<boolean> {
  const entries = await entriesOf(node, mac);
  return entries.some((entry) => / dev net1-ntwork .*master /.test(entry)) &&
    entries.some((entry) => entry.includes(` dst ${workerAddress(to)} `));
}

async function isLocal(node: Node, mac: string): Promise<boolean> {
  return (await entriesOf(node, mac)).some((entry) => / dev mg/.test(entry));
}

/** Hints of an address that has just come are not followed: EVPN may not have spoken of it. */
const pause = () => sleep(500);

const why = (nodes: readonly Node[], mac: string) => async () =>
  (await Promise.all(nodes.map(async (node) => `${node.name}: ${await entriesOf(node, mac)}`)))
    .join("\n");

/** Waits until the reflector knows so many devices. */
async function awaitDevices(reflector: Node, count: number): Promise<void> {
  let seen = "";
  await eventually(
    async () => {
      const done = await reflector.run([MANAGER, "devices", "--json"]);
      seen = done.stdout + done.stderr;
      return done.reason === "success" && JSON.parse(done.stdout).length === count;
    },
    30,
    () => `the reflector says: ${seen}`,
  );
}

testAsRoot("a move is followed without BGP, and EVPN has the last word", async () => {
  await using pods = await startTwoPods();
  const { reflector, workers: [w1, w2] } = pods.cluster;
  await using w3 = await startNode("w3");
  await plug(reflector, w3, workerAddress(2));
  await using manager = await Manager.start(w3, ["worker"], workerEnv(2));
  await manager.ready();
  await addPod(w3, pod("pc3", "02:00:00:00:00:03"));
  await awaitDevices(reflector, 3);
  const nodes = [w1, w2, w3];

  await say(w1, PC1, ...MACS);
  const areKnown = async () => {
    for (const mac of MACS) {
      if (!await leads(w2, mac, 0) || !await leads(w3, mac, 0)) return false;
    }
    return true;
  };
  await eventually(areKnown, 20, why(nodes, MACS[0]!));
  await pause();

  // The new place's bgpd tells nobody anything.
  const { bgpd } = await frrPids(w2);
  await w2.must("kill", "-STOP", bgpd!);
  let moved = "";
  for (const mac of MACS) {
    // A hint is dropped where a machine is slow: then another address moves.
    await say(w2, PC2, mac);
    const isFollowed = async () => await leads(w1, mac, 1) && await leads(w3, mac, 1);
    moved = await eventually(async () => await isFollowed() && mac, 2, "").catch(() => "");
    if (moved !== "") break;
  }
  assert.notEqual(moved, "", `no move is followed:\n${await why(nodes, MACS[0]!)()}`);

  // EVPN does not confirm the hint: the old place announces the address again.
  await eventually(
    async () => await isLocal(w1, moved) && await leads(w3, moved, 0),
    30,
    why(nodes, moved),
  );
  // EVPN comes late, and is right.
  await w2.must("kill", "-CONT", bgpd!);
  await eventually(
    async () => await isLocal(w2, moved) && await leads(w1, moved, 1) && await leads(w3, moved, 1),
    60,
    why(nodes, moved),
  );
});

testAsRoot("a worker that somebody has taken over gets no frames by hints", async () => {
  await using pods = await startTwoPods();
  const { cluster: { reflector, workers: [w1, w2] }, running } = pods;
  // This one is a LAN of the first worker alone.
  const lone = pod("lone", "02:00:00:00:00:04", { name: "net2", suffix: "ntwork", vxlanId: 20 });
  await addPod(w1, lone);
  await awaitDevices(reflector, 3);
  const [moving, unknown, inLone] = [MACS[0]!, MACS[1]!, MACS[2]!];
  await say(w1, PC1, moving);
  await say(w1, lone, inLone);
  await eventually(() => leads(w2, moving, 0), 20, why([w1, w2], moving));
  await pause();
  const untouched = async () =>
    (await Promise.all([PC1.mac, unknown, inLone].map((mac) => entriesOf(w1, mac)))).flat()
      .toSorted();
  const before = await untouched();
  assert.equal(before.length, 2, `${before}`);

  // Its FRR goes on, and somebody else speaks for its manager.
  await running.workers[1].end("KILL");
  const lans = [10, 20].map((vni) => ({
    ...{ name: "n", suffix: "s", vni, mtu: 1450, bridge: "b" },
    vxlan: { device: "v", state: "up" },
  }));
  let sequence = 0;
  const hint = (vni: number, mac: string) => ({
    ...{ vni, mac, vtep: "10.99.0.1", sequence: ++sequence },
  });
  const tell = (...moves: unknown[]) => JSON.stringify({ type: "moves", moves });
  const speak = () =>
    callReflector(
      w2,
      hello({ moves: true }),
      inventoryOf("w2", { lans }),
      // A pod's own address, one that nobody has, one of a LAN that the worker is not on.
      tell(hint(10, PC1.mac), hint(10, unknown), hint(20, inLone), hint(30, moving)),
      tell(hint(10, moving)),
    );
  // A hint is dropped where a machine is slow: then it is told again.
  await eventually(
    async () => {
      await using _line = await speak();
      return await eventually(() => leads(w1, moving, 1), 3, "").catch(() => false);
    },
    40,
    why([w1, w2], moving),
  );
  assert.deepEqual(await untouched(), before);
  // Nobody confirms that one, and it comes back.
  await eventually(() => isLocal(w1, moving), 30, why([w1, w2], moving));
  // Who was wrong is not believed again.
  {
    await using _line = await speak();
    await assert.rejects(eventually(() => leads(w1, moving, 1), 3, "not followed"), /not followed/);
  }
  assert.ok(await isLocal(w1, moving));

  await using wrong = await callReflector(
    w2,
    hello({ moves: true }),
    tell({ vni: 10, mac: "00:00:00:00:00:00" }),
  );
  assert.equal(await wrong.end(), "closed 1008 this is no message");
});
