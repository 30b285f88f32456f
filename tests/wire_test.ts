// A LAN is a wire: frames of every kind, and nothing else, cross it between two nodes, once each.
import assert from "node:assert/strict";
import { converse } from "../shared/process/exec.ts";
import { type Node, startCluster } from "./fixture/cluster.ts";
import { eventually } from "./fixture/eventually.ts";
import { FRAMES, PAUSE, RECEIVER_MAC, recognise, SENDER_MAC } from "./fixture/frames.ts";
import { runManagers } from "./fixture/manager.ts";
import { addSandbox, call, canReach, inPod, type Pod, pod } from "./fixture/pod.ts";
import { testAsRoot } from "./fixture/privileged.ts";

const PC1 = pod("pc1", SENDER_MAC);
const PC2 = pod("pc2", RECEIVER_MAC);

// Arguments: interface. Prints each frame that comes in, in hex. A VLAN tag that the kernel has
// taken off is not shown.
const LISTEN = `
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
s.bind((sys.argv[1], 3))
s.setsockopt(263, 1, (socket.if_nametoindex(sys.argv[1])).to_bytes(4, "little") + b"\\x01\\0" + bytes(10))
print("listening", flush=True)
while True:
    frame, sender = s.recvfrom(65536)
    if sender[2] != 4:  # PACKET_OUTGOING
        print(frame.hex(), flush=True)
`;

// Arguments: interface. Sends each frame that it reads, in hex.
const SEND = `
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0))
for line in sys.stdin:
    s.send(bytes.fromhex(line.strip()))
`;

testAsRoot(
  `${FRAMES.length} kinds of frame cross a LAN between two nodes, PAUSE does not`,
  async () => {
    await using cluster = await startCluster();
    await using _running = await runManagers(cluster);
    const [w1, w2] = cluster.workers;
    await addQuietPod(w1, PC1, "10.0.0.1");
    await addQuietPod(w2, PC2, "10.0.0.2");
    await eventually(() => canReach(w1, PC1, "10.0.0.2"), 10, "no frame passes");

    const received: string[] = [];
    await using _listening = await listen(w2, PC2, (frame) => received.push(frame));
    const frames = [PAUSE, ...FRAMES];
    const stdin = frames.map(({ bytes }) => bytes.toHex()).join("\n") + "\n";
    const enter = ["nsenter", `--net=/run/netns/${PC1.name}`];
    const sent = await w1.run([...enter, "python3", "-c", SEND, "net0"], { stdin });
    assert.equal(sent.reason, "success", sent.stderr);
    await eventually(
      () => received.length >= FRAMES.length,
      10,
      () =>
        `missing: ${
          FRAMES.map(({ name }) => name).filter((name) => !received.map(recognise).includes(name))
        }`,
    );
    // Each frame came once and in order, and no frame came that was not sent.
    assert.deepEqual(
      received.map((frame) => recognise(frame) ?? frame),
      FRAMES.map(({ name }) => name),
    );
  },
);

/** A pod as Kathara makes them: without IPv6, so that it says nothing by itself. */
async function addQuietPod(node: Node, one: Pod, address: string): Promise<void> {
  await addSandbox(node, one);
  for (const which of ["all", "default"]) {
    await inPod(node, one, "sysctl", "-qw", `net.ipv6.conf.${which}.disable_ipv6=1`);
  }
  const done = await call(node, "ADD", one);
  assert.equal(done.reason, "success", done.stdout);
  await inPod(node, one, "ip", "address", "add", `${address}/24`, "dev", "net0");
}

async function listen(
  node: Node,
  { name }: Pod,
  take: (frame: string) => void,
): Promise<AsyncDisposable> {
  // Without the PID namespace nsenter becomes the program, and can be killed.
  const enter = ["nsenter", `--target=${node.pid}`, "--mount"] as const;
  const argv = [
    ...enter,
    "nsenter",
    `--net=/run/netns/${name}`,
    "python3",
    "-c",
    LISTEN,
    "net0",
  ] as const;
  const listener = converse({ argv: [...argv] });
  assert.equal(await listener?.readLine("stdout"), "listening");
  const reading = (async () => {
    for (let frame; (frame = await listener?.readLine("stdout")) !== undefined;) take(frame);
  })();
  return {
    async [Symbol.asyncDispose]() {
      listener?.kill();
      await reading;
      await listener?.end();
    },
  };
}
