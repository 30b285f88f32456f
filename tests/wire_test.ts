// A LAN is a wire: frames of every kind, and nothing else, cross it between two nodes, once each.
import assert from "node:assert/strict";
import { converse } from "../shared/process/exec.ts";
import { type Node, startCluster } from "./fixture/cluster.ts";
import { eventually } from "./fixture/eventually.ts";
import { type Frames, makeFrames, recognise, SENDER_MAC } from "./fixture/frames.ts";
import { runManagers } from "./fixture/manager.ts";
import { addSandbox, call, canReach, inPod, type Pod, pod } from "./fixture/pod.ts";
import { testAsRoot } from "./fixture/privileged.ts";

const PC1 = pod("pc1", SENDER_MAC);
const PC2 = pod("pc2", "02:00:00:00:00:02");
const PC3 = pod("pc3", "02:00:00:00:00:03");

// Arguments: interface. Prints each frame that comes in, in hex. The kernel takes off the outer
// VLAN tag, and tells it beside the frame (struct tpacket_auxdata, packet(7)).
const LISTEN = `
import socket, struct, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
s.setsockopt(socket.SOL_SOCKET, 33, 1 << 22)  # SO_RCVBUFFORCE
s.bind((sys.argv[1], 3))
s.setsockopt(263, 1, (socket.if_nametoindex(sys.argv[1])).to_bytes(4, "little") + b"\\x01\\0" + bytes(10))
s.setsockopt(263, 8, 1)  # PACKET_AUXDATA
print("listening", flush=True)
while True:
    frame, told, _, sender = s.recvmsg(65536, 64)
    if sender[2] == 4:  # PACKET_OUTGOING
        continue
    status, tag, protocol = struct.unpack("I12xHH", told[0][2])
    if status & 0x10:  # TP_STATUS_VLAN_VALID
        frame = frame[:12] + struct.pack("!HH", protocol, tag) + frame[12:]
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

testAsRoot("frames of all kinds cross a LAN unchanged, on one node and between two", async () => {
  await using cluster = await startCluster();
  await using _running = await runManagers(cluster);
  const [w1, w2] = cluster.workers;
  await addQuietPod(w1, PC1, "10.0.0.1");
  await addQuietPod(w2, PC2, "10.0.0.2");
  await addQuietPod(w1, PC3, "10.0.0.3");
  for (const address of ["10.0.0.2", "10.0.0.3"]) {
    await eventually(() => canReach(w1, PC1, address), 10, "no frame passes");
  }
  // Pods without addresses ask for none.
  for (const [node, one] of [[w1, PC1], [w2, PC2], [w1, PC3]] as const) {
    await inPod(node, one, "ip", "address", "flush", "dev", "net0");
    await inPod(node, one, "ip", "neigh", "flush", "dev", "net0");
  }
  for (const [node, receiver] of [[w1, PC3], [w2, PC2]] as const) {
    await checkWire(w1, node, receiver, makeFrames(receiver.mac));
  }
});

/** Each frame comes once and in order, and no frame comes that was not sent. */
async function checkWire(from: Node, to: Node, receiver: Pod, frames: Frames): Promise<void> {
  const { carried, dropped } = frames;
  const received: string[] = [];
  await using _listening = await listen(to, receiver, (frame) => received.push(frame));
  const stdin = [...dropped, ...carried].map(({ bytes }) => `${bytes.toHex()}\n`).join("");
  const enter = ["nsenter", `--net=/run/netns/${PC1.name}`];
  const sent = await from.run([...enter, "python3", "-c", SEND, "net0"], { stdin });
  assert.equal(sent.reason, "success", sent.stderr);
  const names = () => received.map((frame) => recognise(frames, frame) ?? frame);
  const missing = () => carried.map(({ name }) => name).filter((name) => !names().includes(name));
  await eventually(
    () => received.length >= carried.length,
    10,
    () => `to ${receiver.name}, missing: ${missing()}; came: ${names()}`,
  );
  assert.deepEqual(names(), carried.map(({ name }) => name));
}

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
