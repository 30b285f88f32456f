// What a scrape tells of a cluster at work, and that Prometheus' own tool takes every text.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { type Node, workerAddress } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { frrPids } from "../fixture/frr.ts";
import { addPod, addSandbox, call, canReach, inPod, pod } from "../fixture/pod.ts";
import { ipThere } from "../fixture/lan_netns.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { hold, startResidentNode } from "../fixture/resident_node.ts";
import { PC1, PC2, startTwoPods } from "../fixture/two_pods.ts";
import { askView, scrape } from "../fixture/view.ts";

const LAN = 'lan="net1-ntwork",vni="10"';
const PORT = `${LAN},namespace="lab",pod="pc1",interface="net0"`;

/** Of what may happen more often on a busy machine: it has happened. */
const SOME = "at least 1";

/** Waits until a scrape tells these values. */
async function tells(
  node: Node,
  wanted: Readonly<Record<string, number | typeof SOME>>,
): Promise<void> {
  let seen = new Map<string, number>();
  await eventually(
    async () => {
      seen = await scrape(node);
      return Object.entries(wanted).every(([series, value]) =>
        value === SOME ? (seen.get(series) ?? 0) >= 1 : seen.get(series) === value
      );
    },
    30,
    () => Object.keys(wanted).map((series) => `${series} ${seen.get(series)}`).join("\n"),
  );
}

/** Has promtool look at what a node tells: it complains about the format and about names. */
async function check(node: Node): Promise<void> {
  const { body } = await askView(node);
  const done = await run({ argv: ["promtool", "check", "metrics"], stdin: body });
  assert.equal(done.stdout + done.stderr, "", describe(done));
  assert.equal(done.reason, "success", describe(done));
}

testAsRoot("a worker tells of its ports, LANs, sessions and calls; a reflector too", async () => {
  await using pods = await startTwoPods();
  const { reflector, workers: [w1, w2] } = pods.cluster;
  await tells(w1, {
    [`megalos_lan_ports{${LAN}}`]: 1,
    [`megalos_lan_local_macs{${LAN}}`]: 1,
    [`megalos_lan_remote_macs{${LAN}}`]: 1,
    [`megalos_lan_remote_vteps{${LAN}}`]: 1,
    'megalos_bgp_session_up{peer="10.99.0.1",hostname="rr"}': 1,
    'megalos_bgp_session_state{peer="10.99.0.1",hostname="rr",state="Established"}': 1,
    'megalos_daemon_up{daemon="bgpd"}': 1,
    'megalos_daemon_up{daemon="zebra"}': 1,
    'megalos_calls_total{verb="ADD",way="resident",result="ok"}': 1,
    'megalos_calls_total{verb="ADD",way="resident",result="error"}': 0,
    'megalos_call_duration_seconds_count{verb="ADD",result="ok"}': 1,
    'megalos_events_total{kind="session-up",level="info"}': SOME,
    megalos_ready: 1,
    megalos_vtep_filter_nodes: 2,
    megalos_ports_left_out: 0,
    megalos_duties_failing: 0,
  });
  const counted = async () => {
    const { rx, tx } = JSON.parse(
      await inPod(w1, PC1, "ip", "-s", "-j", "link", "show", "dev", "net0"),
    )[0].stats64;
    return { rx, tx };
  };
  assert.ok(await canReach(w1, PC1, "10.0.0.2"));
  await inPod(w1, PC1, "ping", "-n", "-q", "-c", "20", "-i", "0.01", "-s", "1000", "10.0.0.2");
  const { rx, tx } = await counted();
  const received = `megalos_port_receive_bytes_total{${PORT}}`;
  let seen = await scrape(w1);
  // Scrapes within a second have one answer.
  await eventually(
    async () => (seen = await scrape(w1)).get(received)! >= rx.bytes,
    20,
    () => `${received} ${seen.get(received)}, and not ${rx.bytes}`,
  );
  const after = await counted();
  for (const [direction, of, then] of [["receive", rx, after.rx], ["transmit", tx, after.tx]]) {
    const kernel = { bytes: "bytes", packets: "packets", drops: "dropped", errors: "errors" };
    for (const [ours, theirs] of Object.entries(kernel)) {
      const value = seen.get(`megalos_port_${direction}_${ours}_total{${PORT}}`) ?? -1;
      assert.ok(value >= of[theirs] && value <= then[theirs], `${direction} ${ours}: ${value}`);
    }
  }
  assert.ok(rx.bytes > 20_000 && tx.bytes > 20_000);
  const tunnelled = seen.get(`megalos_vxlan_receive_bytes_total{${LAN}}`) ?? 0;
  assert.ok(tunnelled > 20_000, `${tunnelled}`);
  assert.ok((seen.get("process_resident_memory_bytes") ?? 0) > 10_000_000);
  assert.ok((seen.get("process_cpu_seconds_total") ?? 0) > 0);
  assert.ok((seen.get("megalos_look_duration_seconds_count") ?? 0) > 0);
  // The nodes' own LAN is nobody's.
  assert.ok(![...seen.keys()].some((series) => series.includes("~vtep")));

  await tells(reflector, {
    [`megalos_bgp_session_up{peer="${workerAddress(0)}",hostname="w1"}`]: 1,
    [`megalos_bgp_session_up{peer="${workerAddress(1)}",hostname="w2"}`]: 1,
    megalos_ready: 1,
  });
  for (const node of [reflector, w1, w2]) await check(node);

  // A session that ends is down on the worker, gone on the reflector, and counted on both.
  await w2.must("ip", "link", "set", "dev", "eth0", "down");
  const flaps = (peer: string) => `megalos_bgp_session_flaps_total{peer="${peer}"}`;
  await tells(w2, {
    'megalos_bgp_session_up{peer="10.99.0.1",hostname="rr"}': 0,
    [flaps("10.99.0.1")]: SOME,
    megalos_ready: 0,
  });
  await tells(reflector, { [flaps(workerAddress(1))]: SOME });
  const left = await scrape(reflector);
  assert.ok(![...left.keys()].some((series) => series.includes('up{peer="10.99.0.12"')));
  // DEL takes the pod's series away, and the LAN's.
  await call(w1, "DEL", PC1);
  await eventually(
    async () => ![...(await scrape(w1)).keys()].some((series) => series.includes(LAN)),
    20,
    "the LAN is still told",
  );
});

testAsRoot("hostile names are one label's value each, and break nothing", async () => {
  await using worker = await startResidentNode();
  const { node } = worker;
  await addPod(node, PC1);
  await tells(node, { [`megalos_lan_ports{${LAN}}`]: 1 });
  // The plugin refuses such names: somebody else has written the alias.
  const [{ ifname, ifalias }] = JSON.parse(
    await ipThere(node, "-j", "link", "show", "type", "veth"),
  );
  const names = ['q"} 1', "back\\slash", "new\nline", "\u202eright", "\u{1f4a5}", "-", "\r"];
  for (const [at, name] of names.entries()) {
    const port = `mgaaaaaaaaaaa${at}a`;
    const peer = ["peer", "name", `peer${at}`, "netns", "/run/netns/pod"];
    await ipThere(node, "link", "add", "name", port, "type", "veth", ...peer);
    const alias = ifalias.replace("lab/pc1", `la${name}b/${name}`);
    await ipThere(node, "link", "set", "dev", port, "alias", alias, "master", "kt-net1-ntwork");
  }
  let told: string[] = [];
  await eventually(
    async () => {
      const { body } = await askView(node);
      told = body.split("\n").filter((line) => line.startsWith("megalos_port_receive_bytes_"));
      return told.length === names.length + 1;
    },
    20,
    () => `${ifname}: ${told.join("\n")}`,
  );
  const values = ['q\\"} 1', "back\\\\slash", "new\\nline", "\u202eright", "\u{1f4a5}", "-", "\r"];
  for (const value of values) {
    assert.ok(told.some((line) => line.includes(`namespace="la${value}b",pod="${value}"`)), value);
  }
  await check(node);
});

testAsRoot("a daemon that is killed is down, up again, and its restart is counted", async () => {
  await using worker = await startResidentNode();
  const { node } = worker;
  await tells(node, {
    'megalos_daemon_up{daemon="zebra"}': 1,
    'megalos_daemon_restarts_total{daemon="zebra"}': 0,
  });
  await node.must("kill", "-KILL", (await frrPids(node)).zebra!);
  await tells(node, {
    'megalos_daemon_up{daemon="zebra"}': 1,
    'megalos_daemon_restarts_total{daemon="zebra"}': SOME,
  });
});

testAsRoot("what the manager puts right is counted, and calls that fail too", async () => {
  await using worker = await startResidentNode();
  const { node } = worker;
  await addPod(node, PC1);
  await tells(node, { [`megalos_lan_ports{${LAN}}`]: 1 });
  await ipThere(node, "link", "set", "dev", "kt-net1-ntwork", "down");
  const wrong = pod("wrong", "02:00:00:00:00:09", { ...PC2.lan, vxlanId: 11 });
  await addSandbox(node, wrong);
  assert.notEqual((await call(node, "ADD", wrong)).reason, "success");
  await tells(node, {
    'megalos_repairs_total{kind="mended"}': SOME,
    'megalos_calls_total{verb="ADD",way="resident",result="ok"}': 1,
    'megalos_calls_total{verb="ADD",way="resident",result="error"}': 1,
    'megalos_events_total{kind="lan-mended",level="warn"}': SOME,
  });
});

testAsRoot("a duty that fails at each look is counted until it works again", async () => {
  await using worker = await startResidentNode();
  const { node, manager } = worker;
  await addPod(node, PC1);
  await tells(node, { megalos_duties_failing: 0 });
  // Devices of no LAN are removed only where no call is at work: one is, as long as the test likes.
  const busy = await hold(node, "/run/megalos/lock/077");
  await ipThere(node, "link", "add", "name", "kt-half-ntwork", "type", "bridge");
  const warned = 'megalos_events_total{kind="duty-failed",level="warn"}';
  await tells(node, { megalos_duties_failing: 1, [warned]: SOME });
  const seen = await scrape(node);
  // The log tells of it once; the gauge tells of it at every look.
  const looks = "megalos_look_duration_seconds_count";
  await eventually(
    async () => (await scrape(node)).get(looks)! >= seen.get(looks)! + 3,
    30,
    "the manager looks no more",
  );
  const later = await scrape(node);
  assert.equal(later.get("megalos_duties_failing"), 1, manager.log);
  assert.equal(later.get(warned), seen.get(warned), manager.log);
  await busy[Symbol.asyncDispose]();
  await tells(node, { megalos_duties_failing: 0 });
});
