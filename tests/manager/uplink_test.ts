// The cluster as a reflector sees it: by the lines of its workers, and by nothing else.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { ROOT } from "../../tools/checkout.ts";
import { type Node, REFLECTOR_ADDRESS, startCluster, workerAddress } from "../fixture/cluster.ts";
import { eventually } from "../fixture/eventually.ts";
import { callReflector, hello, inventoryOf } from "../fixture/liner.ts";
import { MANAGER, Manager, REFLECTOR_ENV, workerEnv } from "../fixture/manager.ts";
import { addPod, call, inPod, pod } from "../fixture/pod.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { PC1, PC2, startTwoPods } from "../fixture/two_pods.ts";

/** What a command prints on a node. */
async function show(node: Node, ...args: string[]): Promise<string> {
  const done = await node.run([MANAGER, ...args]);
  assert.equal(done.reason, "success", describe(done));
  return done.stdout;
}

/** Waits until what a command says as JSON is as it should be, and answers it. */
async function shown<T>(
  node: Node,
  what: string,
  isRight: (said: T[]) => boolean,
  seconds = 30,
): Promise<T[]> {
  let seen = "";
  return await eventually(
    async () => {
      // Nothing answers before the manager's first look.
      const done = await node.run([MANAGER, what, "--json"]);
      seen = done.stdout + done.stderr;
      const said: T[] = done.reason === "success" ? JSON.parse(done.stdout) : [];
      return isRight(said) && said;
    },
    seconds,
    () => `${node.name} says of ${what}: ${seen}`,
  );
}

interface ShownNode {
  readonly node: string;
  readonly address: string;
  readonly state: string;
  readonly version: string | null;
}
interface ShownDevice {
  readonly pod: string;
  readonly node: string;
  readonly state: string;
  readonly mac: string | null;
}

const statesOf = (nodes: readonly ShownNode[]) =>
  nodes.map(({ node, state }) => `${node} ${state}`).join(", ");

/** By command, the keys that docs/commands.md has of its JSON. */
function documentedKeys(): Record<string, string[]> {
  const text = Deno.readTextFileSync(`${ROOT}/docs/commands.md`);
  const tables = text.matchAll(/^`(\w+) --json`(?:.+\n)+\n((?:\|.*\n)+)/gm);
  const documented = Object.fromEntries(Array.from(tables, ([, command, table]) => {
    const cells = table!.split("\n").map((row) => row.split("|")[1] ?? "");
    return [
      command!,
      cells.flatMap((cell) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, key]) => key!)),
    ];
  }));
  const { nodes = [], lans = [], devices = [], sessions = [], events = [] } = documented;
  const lan = [...lans, ...devices.map((key) => `devices[].${key}`)];
  return { nodes, lans, devices, sessions, events, "lan net1": lan };
}

/** The keys of records, as jq(1) would have them: `nodes[].mtu`. */
function keysOf(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    const inside = path === "" ? "" : `${path}[]`;
    return [...new Set(value.flatMap((one) => keysOf(one, inside)))].toSorted();
  }
  return Object.entries(value).flatMap(([key, one]) => {
    const inside = path === "" ? key : `${path}.${key}`;
    return [inside, ...keysOf(one, inside)];
  });
}

testAsRoot("a reflector shows what its workers have, as it changes", async () => {
  await using pods = await startTwoPods();
  const { cluster: { reflector, workers: [w1, w2] }, running } = pods;
  const [one, other] = await shown<ShownDevice>(
    reflector,
    "devices",
    (all) => all.length === 2 && all.every(({ mac }) => mac !== null),
  );
  const { counters, port, ...device } = one as ShownDevice & {
    readonly port: string;
    readonly counters: { readonly rxPackets: number; readonly txPackets: number };
  };
  assert.deepEqual(device, {
    ...{ namespace: "lab", pod: "pc1", interface: "net0", lan: "net1-ntwork", vni: 10 },
    ...{ mac: PC1.mac, node: "w1", state: "up" },
  });
  assert.match(port, /^mg[a-z2-7]{13}$/);
  assert.ok(counters.rxPackets > 0 && counters.txPackets > 0, JSON.stringify(counters));
  assert.deepEqual([other?.pod, other?.mac, other?.node], ["pc2", PC2.mac, "w2"]);
  assert.match(
    await show(reflector, "lan", "net1"),
    /^net1-ntwork +10 +1450 +up +2 +w1, w2$[^]*^lab\/pc1 +net0 [^]*^lab\/pc2 +net0 /m,
  );
  // A worker knows itself alone.
  assert.deepEqual(
    (JSON.parse(await show(w1, "devices", "--json")) as ShownDevice[]).map(({ pod }) => pod),
    ["pc1"],
  );
  const missing = await reflector.run([MANAGER, "lan", "net2"]);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /^Cannot show LAN "net2": there is none of that name or VNI$/m);

  await addPod(w2, pod("pc3", "02:00:00:00:00:03"));
  await shown<ShownDevice>(reflector, "devices", (all) => all.some(({ pod }) => pod === "pc3"));
  await inPod(w2, PC2, "ip", "link", "set", "dev", "net0", "down");
  await shown<ShownDevice>(
    reflector,
    "devices",
    (all) => all.some(({ pod, state }) => pod === "pc2" && state === "no-carrier"),
  );
  await call(w2, "DEL", pod("pc3", "02:00:00:00:00:03"));
  await shown<ShownDevice>(reflector, "devices", (all) => all.length === 2);

  // Each node's events are told, with its name.
  const events = (await show(reflector, "events", "--json")).trimEnd().split("\n")
    .map((line) => JSON.parse(line));
  for (const node of ["rr", "w1", "w2"]) {
    const ready = events.find((event) => event.node === node && event.kind === "node-ready");
    assert.deepEqual([ready?.level, ready?.msg], ["info", "ready"], node);
  }
  assert.match(await show(reflector, "sessions"), /^w1 +10\.99\.0\.1 +rr +Established /m);

  for (const [command, wanted] of Object.entries(documentedKeys())) {
    const text = await show(reflector, ...command.split(" "), "--json");
    // Of an event, the figures of its kind are keys as well; this kind has none.
    const records = command === "events"
      ? text.trimEnd().split("\n").map((line) => JSON.parse(line))
        .filter(({ kind }) => kind === "node-ready")
      : JSON.parse(text);
    assert.deepEqual(keysOf(records), wanted.toSorted(), command);
  }

  // What a worker had is shown for a while, and marked.
  await running.workers[1].end("KILL");
  await shown<ShownNode>(reflector, "nodes", (all) => /w2 lost/.test(statesOf(all)));
  assert.match(
    await show(reflector, "devices"),
    /^lab\/pc2 .* lost$[^]*^w2 \(10\.99\.0\.12\) +its/m,
  );
});

testAsRoot("a reflector's manager that is killed has its view back when it is back", async () => {
  await using pods = await startTwoPods();
  const { cluster: { reflector }, running } = pods;
  await shown(reflector, "devices", (all) => all.length === 2);
  await running.reflector.end("KILL");
  const done = await reflector.run([MANAGER, "devices"]);
  assert.equal(done.code, 1);
  assert.match(done.stderr, /^Cannot ask the manager: it has ended, or does not answer$/m);
  await using again = await Manager.start(reflector, ["route-reflector"], REFLECTOR_ENV);
  await again.ready();
  await shown(reflector, "devices", (all) => all.length === 2);
  // Nobody complains of a pause that is so short.
  for (const { log } of running.workers) assert.doesNotMatch(log, /cannot be told/);
});

testAsRoot("with a password, a worker that does not know it has no line", async () => {
  await using cluster = await startCluster();
  const { reflector, workers: [w1, w2] } = cluster;
  const env = { MEGALOS_BGP_PASSWORD: "s3cret!" };
  await using manager = await Manager.start(reflector, ["route-reflector"], {
    ...REFLECTOR_ENV,
    ...env,
  });
  await using _right = await Manager.start(w1, ["worker"], { ...workerEnv(0), ...env });
  await using wrong = await Manager.start(w2, ["worker"], {
    ...workerEnv(1),
    MEGALOS_BGP_PASSWORD: "other",
  });
  await shown<ShownNode>(reflector, "nodes", (all) => /w1 connected/.test(statesOf(all)));
  await manager.logged(/warn no inventory is taken from 10\.99\.0\.12: it does not know the BGP/);
  assert.doesNotMatch(statesOf(JSON.parse(await show(reflector, "nodes", "--json"))), /w2/);
  await wrong.end("TERM");
  // Somebody without any proof, and somebody with the reflector's own challenge as a proof.
  await using without = await callReflector(w2, hello());
  assert.equal(await without.end(), "closed 1008 a BGP password is wanted");
  await using made = await callReflector(w2, hello({ proof: "0".repeat(64) }));
  assert.equal(await made.end(), "closed 1008 it does not know the BGP password");
  // The password is in no log, and the proof is not the password.
  assert.doesNotMatch(manager.log, /s3cret/);
});

testAsRoot("without a password, only an address with a session has a line", async () => {
  await using cluster = await startCluster();
  const { reflector, workers: [w1, w2] } = cluster;
  await using _manager = await Manager.start(reflector, ["route-reflector"], REFLECTOR_ENV);
  await using _worker = await Manager.start(w1, ["worker"], workerEnv(0));
  await shown<ShownNode>(reflector, "nodes", (all) => /w1 connected/.test(statesOf(all)));
  await using stranger = await callReflector(w2, hello());
  assert.match(await stranger.next(), /^\{"type":"challenge","protocol":1,"version":"/);
  assert.equal(
    await stranger.next(),
    "closed 1008 its address has no BGP session that is Established",
  );
  for (
    const [message, end] of [
      ["{}", "closed 1008 this is no greeting"],
      ["LONG 5000", "closed 1009 a message is longer than 4096 bytes"],
      // A text that is not masked, and one that is not UTF-8.
      ["RAW 81026869", "closed 1002 a frame is not masked"],
      ["RAW 818100000000ff", "closed 1007 a message is not UTF-8"],
      ["RAW 828100000000ff", "closed 1003 messages are text"],
    ] as const
  ) {
    await using one = await callReflector(w2, message);
    assert.equal(await one.end(), end, message);
  }
  // Whoever holds hundreds of connections and says nothing keeps nobody out.
  const holding = w2.run(["bash", "-c", HOLD_MANY, "bash", REFLECTOR_ADDRESS], {
    timeoutMs: 60_000,
  });
  await using _later = await Manager.start(w2, ["worker"], workerEnv(1));
  await shown<ShownNode>(reflector, "nodes", (all) => /w1 con.*w2 con/.test(statesOf(all)), 60);
  await holding;
});

// Opens 300 connections over 15 s and keeps all of them. Argument: the address.
const HOLD_MANY = `
for _ in {1..150}; do
  exec {one}<>/dev/tcp/"$1"/9471 {two}<>/dev/tcp/"$1"/9471
  sleep 0.1
done`;

/** Kinds that this version does not know, and known ones with figures that it does not know. */
const LATER_EVENTS = [
  { kind: "later", figure: 1 },
  { kind: "constructor" },
  {
    kind: "limit-met",
    limit: "later",
    lan: { name: "a", suffix: "b", vni: 7 },
    device: "lab/a net0",
  },
  {
    kind: "limit-left",
    limit: "later",
    lan: { name: "a", suffix: "b", vni: 7 },
    device: "lab/a net0",
  },
  { kind: "call-failed" },
  { kind: "frr-configured-again" },
  { kind: "node-away" },
].map((event, at) => ({ ...event, number: at + 1, time: new Date().toISOString() }));

testAsRoot(
  "workers of other versions are named, and names that are made to hurt do not",
  async () => {
    await using pods = await startTwoPods();
    const { cluster: { reflector, workers: [, w2] }, running } = pods;
    await running.reflector.end("KILL");
    // FRR goes on without its manager, as it does beside a manager that knows no lines.
    await running.workers[1].end("KILL");
    await using _again = await Manager.start(reflector, ["route-reflector"], REFLECTOR_ENV);
    const [, , silent] = await shown<ShownNode>(
      reflector,
      "nodes",
      (all) => statesOf(all) === "rr here, w1 connected, w2 no-line",
    );
    assert.deepEqual([silent?.address, silent?.version], [workerAddress(1), null]);
    assert.match(await show(reflector, "devices"), /^w2 \(10\.99\.0\.12\) +it tells nothing; /m);

    await using later = await callReflector(w2, hello({ protocol: 2 }), '{"type":"new"}');
    await shown<ShownNode>(reflector, "nodes", (all) => /w2 other-version/.test(statesOf(all)));
    await later[Symbol.asyncDispose]();

    const newer = await callReflector(
      w2,
      hello({ node: "newer" }),
      inventoryOf("newer", { events: LATER_EVENTS }),
    );
    const told = await eventually(
      async () => {
        const lines = (await show(reflector, "events")).split("\n");
        const theirs = lines.filter((line) => line.includes(" newer "));
        return theirs.length === LATER_EVENTS.length && theirs;
      },
      30,
      "the events of a later version are not shown",
    );
    assert.deepEqual(told.map((line) => line.replace(/^\S+ /, "")), [
      "newer info later",
      "newer info constructor",
      "newer warn limit-met",
      "newer info LAN a-b (VNI 7): lab/a net0 is below its limit of later again",
      "newer warn call-failed",
      "newer warn frr-configured-again",
      "newer warn node-away",
    ]);
    const records = (await show(reflector, "events", "--json")).trimEnd().split("\n")
      .map((line) => JSON.parse(line));
    const last = records.find(({ kind }) => kind === "later");
    assert.deepEqual([last.level, last.msg, last.figure], ["info", "later", 1]);
    await newer[Symbol.asyncDispose]();

    const name = "\x1b[2J\x1b]0;title\x07\u202egnp\n\x7f\x9b31m</script>\"'`$(id)";
    await using _hostile = await callReflector(w2, hello({ node: name }), inventoryOf(name));
    const devices = await shown<ShownDevice>(reflector, "devices", (all) => all.length === 2);
    assert.equal(devices[1]?.pod, name);
    // deno-lint-ignore no-control-regex
    const harmful = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/;
    for (const what of ["nodes", "lans", "devices", "sessions", "events"]) {
      const table = await show(reflector, what);
      assert.match(table, /\?\[2J\?\]0;title\?\?gnp/, what);
      assert.doesNotMatch(table, harmful, what);
      const json = await show(reflector, what, "--json");
      assert.match(json, /\\u001b\[2J\\u001b\]0;title\\u0007\\u202egnp/, what);
      assert.doesNotMatch(json, harmful, what);
    }
    // A shell is offered what it takes as it is: the VNI instead of such a name.
    const offered = (await show(reflector, "complete", "--", "lan", "")).trimEnd().split("\n");
    assert.deepEqual(offered.map((line) => line.split("\t")[0]), ["net1-ntwork", "77"]);

    await using wrong = await callReflector(w2, hello(), '{"type":"inventory","inventory":{}}');
    assert.equal(await wrong.end(), "closed 1008 this is no message");
  },
);
