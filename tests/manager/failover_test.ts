// Routers that take over, two devices with one address, and a device that has not sent a frame.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { type Node, workerAddress } from "../fixture/cluster.ts";
import { countLost } from "../fixture/ping.ts";
import { eventually } from "../fixture/eventually.ts";
import { entriesOf } from "../fixture/lan_netns.ts";
import { readStatus } from "../fixture/manager.ts";
import { addPod, addSandbox, call, canReach, inPod, type Pod, pod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { PC1, PC2, startTwoPods } from "../fixture/two_pods.ts";

const VIP = "10.0.0.100";
/** The address of virtual router 51 (RFC 5798, section 7.3). */
const VMAC = "00:00:5e:00:01:33";

/** keepalived of a router that has the virtual router's own MAC address while it is the master. */
const keepalivedConf = (priority: number) =>
  `global_defs { vrrp_version 3 }
vrrp_instance gateway {
  state BACKUP
  interface net0
  use_vmac vrrp.51
  vmac_xmit_base
  virtual_router_id 51
  priority ${priority}
  advert_int 0.2
  virtual_ipaddress { ${VIP}/24 }
}
`;

/** A VRRP router in a pod, from {@link start} to {@link kill}. */
class Router {
  readonly #conf: string;
  readonly #pid: string;

  constructor(readonly node: Node, readonly pod: Pod, private readonly priority: number) {
    this.#conf = `/run/${pod.name}.conf`;
    this.#pid = `/run/${pod.name}.pid`;
  }

  async start(): Promise<void> {
    const write = 'printf %s "$2" >"$1"';
    await this.node.must("sh", "-c", write, "sh", this.#conf, keepalivedConf(this.priority));
    const pids = [`--pid=${this.#pid}`, `--vrrp_pid=${this.#pid}.vrrp`];
    const silent = ["--dont-respawn", "--no-syslog", "--log-console", "--vrrp"];
    await inPod(this.node, this.pod, "sh", "-c", 'exec "$@" >"$0.log" 2>&1', this.#conf, ...[
      ...["keepalived", "-f", this.#conf, ...pids, ...silent],
    ]);
  }

  /** Ends it as a machine ends that loses its power: nobody is told, and the address stays. */
  async kill(): Promise<void> {
    const { node, pod } = this;
    await node.must("sh", "-c", 'kill -KILL $(cat "$1.vrrp" "$1")', "sh", this.#pid);
    await inPod(node, pod, "ip", "link", "set", "dev", "net0", "down");
  }

  async revive(): Promise<void> {
    await inPod(this.node, this.pod, "ip", "link", "delete", "dev", "vrrp.51");
    await inPod(this.node, this.pod, "ip", "link", "set", "dev", "net0", "up");
    await this.node.must("rm", "-f", this.#pid, `${this.#pid}.vrrp`);
    await this.start();
  }
}

/** Where a node has an address. */
async function placesOf(node: Node, mac: string): Promise<string> {
  return (await entriesOf(node, mac)).join("; ");
}

testAsRoot("VRRP: the router that takes over is reached from every node, each time", async () => {
  await using pods = await startTwoPods();
  const { workers: [w1, w2] } = pods.cluster;
  const [one, two] = [pod("r1", "02:00:00:00:00:11"), pod("r2", "02:00:00:00:00:12")];
  await addPod(w1, one, "10.0.0.11");
  await addPod(w2, two, "10.0.0.12");
  const routers = [new Router(w1, one, 150), new Router(w2, two, 100)] as const;
  for (const router of routers) await router.start();
  const isMaster = async (index: 0 | 1) => {
    const place = [/ dev mg/, new RegExp(` dst ${workerAddress(index)} `)] as const;
    const [here, there] = [w1, w2].map((node) => placesOf(node, VMAC));
    const found = index === 0 ? [await here!, await there!] : [await there!, await here!];
    return found.every((text, at) => place[at]!.test(text)) && await canReach(w1, PC1, VIP) &&
      await canReach(w2, PC2, VIP);
  };
  const why = async () =>
    `the address is at ${await placesOf(w1, VMAC)} on w1, at ${await placesOf(w2, VMAC)} on w2`;
  await eventually(() => isMaster(0), 20, why);
  for (let round = 0; round < 3; round++) {
    await routers[0].kill();
    await eventually(() => isMaster(1), 20, why);
    // The better one comes back and takes over, though both are there.
    await routers[0].revive();
    await eventually(() => isMaster(0), 20, why);
  }
  assert.ok(await canReach(w1, PC1, "10.0.0.2"));
});

testAsRoot("two devices with one address cost the rest of their LAN no frame", async () => {
  await using pods = await startTwoPods();
  const { running, cluster: { workers: [w1, w2] } } = pods;
  const [here, there] = [pod("twin1", "02:00:00:00:00:21"), pod("twin2", "02:00:00:00:00:21")];
  await addPod(w1, here, "10.0.0.21");
  await addPod(w2, there, "10.0.0.22");
  const sessions = async () => (await readStatus(w1)).sessions.map(({ state }: State) => state);
  const lost = await countLost(w1, PC1, "10.0.0.2", async () => {
    const twin = (node: Node, one: Pod, to: string) =>
      inPod(node, one, "sh", "-c", 'ping -q -n -i 0.05 -w 8 "$0" || true', to);
    await Promise.all([twin(w1, here, "10.0.0.2"), twin(w2, there, "10.0.0.1")]);
  });
  // A frame may be on its way when the count ends.
  assert.ok(lost <= 1, `${lost} frames of others are lost`);
  assert.deepEqual(await sessions(), ["Established"]);
  for (const { log } of running.workers) {
    assert.doesNotMatch(log, /BGP session with .* is down/);
  }
  // Whoever is left has the address alone, though the other one was the last to speak.
  await eventually(() => canReach(w2, there, "10.0.0.2"), 20, "the second twin reaches nobody");
  await inPod(w2, there, "ip", "link", "set", "dev", "net0", "down");
  await eventually(() => canReach(w2, PC2, "10.0.0.21"), 20, "the other twin is not reached");
});

interface State {
  readonly state: string;
}

// Sends 50 frames of a kind that nobody answers. Arguments: the interface, where to.
const SEND = `
import socket, sys
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind((sys.argv[1], 0))
frame = bytes.fromhex(sys.argv[2].replace(":", "")) + bytes.fromhex("020000000001") + b"\\x88\\xb5"
for _ in range(50): link.send(frame + bytes(46))
`;

testAsRoot("a frame to a device that has said nothing comes to no other device", async () => {
  await using pods = await startTwoPods();
  const { workers: [w1, w2] } = pods.cluster;
  const [silent, beside] = [pod("silent", "02:00:00:00:00:05"), pod("pc3", "02:00:00:00:00:03")];
  await addSandbox(w2, silent);
  await inPod(w2, silent, "sysctl", "-w", "net.ipv6.conf.default.disable_ipv6=1");
  const added = await call(w2, "ADD", silent);
  assert.equal(added.reason, "success", describe(added));
  await addPod(w1, beside, "10.0.0.3");
  const isKnown = async () => / dst /.test(await placesOf(w1, silent.mac));
  await eventually(isKnown, 20, "the silent device is not announced");
  const received = async (node: Node, one: Pod) => {
    const [link] = JSON.parse(await inPod(node, one, "ip", "-s", "-json", "link", "show", "net0"));
    return Number(link.stats64.rx.packets);
  };
  const before = [await received(w2, silent), await received(w1, beside)] as const;
  await inPod(w1, PC1, "python3", "-c", SEND, "net0", silent.mac);
  await eventually(
    async () => await received(w2, silent) - before[0] >= 50,
    10,
    "the frames do not come",
  );
  const flooded = await received(w1, beside) - before[1];
  assert.ok(flooded < 10, `${flooded} frames came to a device that they were not for`);
  const setLink = (state: string) => inPod(w2, silent, "ip", "link", "set", "dev", "net0", state);
  await setLink("down");
  await eventually(async () => !await isKnown(), 20, "a device that is down is announced");
  await setLink("up");
  await eventually(isKnown, 20, "a device that is up again is not announced");
});
