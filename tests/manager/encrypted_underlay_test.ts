// LANs on an underlay that WireGuard encrypts: what the nodes' link shows, and what enters there.
import assert from "node:assert/strict";
import { converse } from "../../shared/process/exec.ts";
import {
  type Node,
  plug,
  REFLECTOR_ADDRESS,
  startCluster,
  startNode,
  takeAllWays,
  workerAddress,
} from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { countForged, forge, FORGED } from "../fixture/forger.ts";
import { MANAGER, Manager, readStatus, REFLECTOR_ENV, workerEnv } from "../fixture/manager.ts";
import { addPod, canReach, inPod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { PC1, PC2 } from "../fixture/two_pods.ts";
import { encrypt, findLack, insideAddress, WIREGUARD_PORT } from "../fixture/wireguard.ts";

const STRANGER = "10.99.0.66";
/** What pods send, in hex. */
const MARKER = "feedc0de5eed";
/** The nodes' addresses on the link, in the order of the cluster's nodes. */
const OUTSIDE = [REFLECTOR_ADDRESS, workerAddress(0), workerAddress(1)] as const;
const [RR, W1, W2] = [
  insideAddress(OUTSIDE[0]),
  insideAddress(OUTSIDE[1]),
  insideAddress(OUTSIDE[2]),
];

testAsRoot(
  "on a WireGuard device as underlay, the nodes' link carries WireGuard alone, and takes no VXLAN",
  async () => {
    await using cluster = await startCluster();
    const { reflector: rr, workers: [w1, w2] } = cluster;
    await encrypt([[rr, OUTSIDE[0]], [w1, OUTSIDE[1]], [w2, OUTSIDE[2]]]);
    // As everywhere, the way to the rest of the world is not encrypted.
    for (const node of [w1, w2]) {
      await node.must("ip", "route", "add", "default", "via", REFLECTOR_ADDRESS);
      await takeAllWays(node);
    }
    await using outside = await sniff(rr, w1.name);
    await using inside = await sniff(w1, "wg0");

    const env = { KATHARA_MASTER_SERVICE_HOST: RR };
    await using _reflector = await Manager.start(rr, ["route-reflector"], {
      ...REFLECTOR_ENV,
      NODE_IP: RR,
    });
    await using m1 = await Manager.start(w1, ["worker"], { ...workerEnv(0), ...env, NODE_IP: W1 });
    // The two ways to name the device: by its address, and by its name, whatever NODE_IP says.
    const byName = { ...workerEnv(1), ...env, MEGALOS_UNDERLAY: "wg0" };
    await using m2 = await Manager.start(w2, ["worker"], byName);
    await m1.ready();
    await m2.ready();
    await addPod(w1, PC1, "10.0.0.1");
    await addPod(w2, PC2, "10.0.0.2");
    await eventually(() => canReach(w1, PC1, "10.0.0.2"), 30, () => `no frame passes\n${m1.log}`);

    // 1,420 bytes of WireGuard's device less 50 of VXLAN; a ping has 28 bytes of headers.
    assert.match(await inPod(w1, PC1, "ip", "link", "show", "dev", "net0"), / mtu 1370 /);
    const ping = ["ping", "-n", "-c", "3", "-i", "0.2", "-W", "9", "-M", "do", "-p", MARKER];
    await inPod(w1, PC1, ...ping, "-s", `${1370 - 28}`, "10.0.0.2");
    const seen = (packets: readonly string[], words: string) =>
      packets.filter((packet) => packet.includes(words));
    await eventually(
      () => seen(inside.packets, MARKER).length >= 6,
      20,
      () => `of six packets with the marker, ${seen(inside.packets, MARKER).length} were seen`,
    );
    await eventually(
      () => seen(outside.packets, `.${WIREGUARD_PORT} > `).length > 6,
      20,
      "the link shows no packets of WireGuard",
    );
    assert.deepEqual(seen(outside.packets, MARKER), []);
    const others = outside.packets.filter((packet) =>
      !/^IP [0-9.]+[.]51820 > [0-9.]+[.]51820: UDP/.test(packet) &&
      !/^(ARP,|IP6 \S+ > ff02::)/.test(packet)
    );
    assert.deepEqual(others, []);

    // A host on the nodes' link has a route to a node's inner address, and takes the other one's.
    await using stranger = await startNode("stranger");
    await plug(rr, stranger, STRANGER);
    await stranger.must("ip", "route", "add", `${W1}/32`, "via", workerAddress(0));
    await eventually(
      async () => (await w1.run(["nft", "list", "table", "inet", "megalos"])).reason === "success",
      20,
      () => `there is no filter\n${m1.log}`,
    );
    const got = await countForged(w1, PC1, () => stranger.must(...forge({ to: W1, from: W2 })));
    assert.equal(got, 0);
    const spoofed = async () => (await readStatus(w1)).vtepFilter.dropped.spoofed;
    await eventually(
      async () => await spoofed() === FORGED,
      20,
      async () => `${await spoofed()} packets were dropped as spoofed`,
    );
    assert.ok(await canReach(w1, PC1, "10.0.0.2"));
    assert.match(await w1.must(MANAGER, "status"), /^worker: ready$/m);
  },
  await findLack(),
);

/** Collects what a device of a node sends and gets, each packet as text and in hex, on one line. */
async function sniff(node: Node, device: string) {
  // Without the PID namespace nsenter becomes the program, and can be killed.
  // deno-fmt-ignore
  const talk = converse({ argv: ["nsenter", `--target=${node.pid}`, "--mount", "--net",
    "tcpdump", "-nlxx", "-q", "-t", "-s", "0", "-Z", "root", "-i", device], timeoutMs: 300_000 });
  assert.ok(talk !== undefined, "nsenter is not installed");
  while (!/^listening/.test(await talk.readLine("stderr") ?? "listening")) continue;
  const packets: string[] = [];
  const reading = (async () => {
    for (let line; (line = await talk.readLine("stdout")) !== undefined;) {
      const hex = /^\s+0x[0-9a-f]+:\s+(.*)$/.exec(line)?.[1];
      if (hex === undefined) packets.push(`${line} `);
      else packets[packets.length - 1] += hex.replaceAll(" ", "");
    }
  })();
  return {
    packets,
    async [Symbol.asyncDispose]() {
      talk.kill();
      await reading;
      await talk.end();
    },
  };
}
