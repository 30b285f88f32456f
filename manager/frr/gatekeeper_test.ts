// The session of somebody who forges ends, also where FRR could not be told of that at once.
import assert from "node:assert/strict";
import type { Command, Completed } from "../../shared/process/command.ts";
import { run as runHere } from "../../shared/process/exec.ts";
import type { Happening } from "../events/event.ts";
import type { Client } from "./clients.ts";
import { Gatekeeper } from "./gatekeeper.ts";

const FORGER = "10.0.0.2";
const SETTINGS = { nodeNetworks: ["10.0.0.0/24"], maxRoutes: 100 };
const SEEN = { at: 1_000, daemons: ["bgpd"], sessions: [] };
const FORGED = `Route Distinguisher: ${FORGER}:2
 *> [3]:[0]:[32]:[10.0.0.9]
Displayed 1 prefixes (1 paths)
`;

/** A reflector whose bgpd has these sessions, and takes a configuration or not. */
class Reflector {
  isTaking = true;
  /** How many times vtysh is killed before it ends a session. */
  kills = 0;
  readonly ended: string[] = [];
  readonly told: Happening[] = [];
  /** What runs instead of ss(8), where that is broken. */
  brokenSs: Pick<Command, "argv" | "timeoutMs"> | undefined;
  /** What a peer calls itself. */
  routerIdOf = (peer: string) => peer;
  believed: readonly Client[] = [];
  /** What waiting messages take (bytes), all of them of the first peer. */
  waiting = 0;
  #isApplied = true;
  readonly gatekeeper: Gatekeeper;

  constructor(
    private readonly peers: readonly string[],
    private readonly routes: string,
    settings = SETTINGS,
  ) {
    const configuration = {
      clients: () => Promise.resolve(this.believed),
      believe: (clients: readonly Client[]) => {
        this.believed = clients;
        this.#isApplied = false;
        return configuration.apply();
      },
      apply: () => {
        this.#isApplied ||= this.isTaking;
        return this.#isApplied ? Promise.resolve() : Promise.reject(new Error("timeout"));
      },
    };
    const run = (command: Command) =>
      command.argv[0] === "ss" && this.brokenSs !== undefined
        ? runHere({ ...command, ...this.brokenSs })
        : Promise.resolve(this.#answer(command));
    this.gatekeeper = new Gatekeeper(
      settings,
      configuration,
      (event) => void this.told.push(event),
      run,
    );
  }

  #answer({ argv }: Command): Completed {
    const said = argv.at(-1) ?? "";
    const [, peer] = /^clear bgp (\S+)$/.exec(said) ?? [];
    if (peer !== undefined && this.kills > 0) {
      this.kills--;
      return { argv, stdout: "", reason: "timeout", code: 1, signal: null, stderr: "", ms: 0 };
    }
    if (peer !== undefined) this.ended.push(peer);
    const neighbors = this.peers.map((peer) => [peer, {
      ...{ bgpState: "Established", remoteRouterId: this.routerIdOf(peer) },
      messageStats: { updatesRecv: 1 },
    }]);
    const answers: Record<string, string> = {
      "show bgp neighbors json": JSON.stringify(Object.fromEntries(neighbors)),
      "show memory bgpd": `Stream : 1 variable ${this.waiting} 1 1\n`,
      "( sport = :179 )": `0 0 10.0.0.1:179 ${this.peers[0]}:4000 bytes_received:${this.waiting}\n`,
    };
    const stdout = answers[said] ??
      this.routes.replaceAll("OWN", this.routerIdOf(said.split(" ").at(-2)!));
    const done = { reason: "success", code: 0, signal: null, stderr: "", ms: 0 } as const;
    return { argv, stdout, ...done };
  }
}

Deno.test("a forger's session ends as soon as FRR takes that it is not believed", async () => {
  const reflector = new Reflector([FORGER], FORGED);
  await reflector.gatekeeper.look(SEEN);
  assert.deepEqual(reflector.believed.map(({ peer }) => peer), [FORGER]);
  reflector.isTaking = false;
  await assert.rejects(reflector.gatekeeper.look(SEEN), /timeout/);
  await assert.rejects(reflector.gatekeeper.look(SEEN), /timeout/);
  assert.deepEqual([reflector.believed, reflector.ended], [[], []]);
  reflector.isTaking = true;
  reflector.kills = 2;
  for (let look = 0; look < 4; look++) await reflector.gatekeeper.look(SEEN);
  assert.deepEqual(reflector.ended, [FORGER]);
});

Deno.test("who is refused is listed with the reason, until it may come again", async () => {
  const reflector = new Reflector([FORGER], FORGED);
  const { gatekeeper } = reflector;
  const list = () => gatekeeper.refused.map(({ peer, why }) => `${peer}: ${why}`);
  await gatekeeper.look(SEEN);
  assert.deepEqual(list(), []);
  for (const at of [2_000, 301_999]) {
    await gatekeeper.look({ ...SEEN, at });
    assert.deepEqual(list(), [`${FORGER}: it announces the node 10.0.0.9, and it is ${FORGER}`]);
  }
  assert.match(gatekeeper.refused[0]!.since, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  await gatekeeper.look({ ...SEEN, at: 302_000 });
  assert.deepEqual([list(), reflector.believed.length], [[], 1]);
});

Deno.test("who is nobody is listed as long as it calls", async () => {
  const peers = [FORGER];
  const reflector = new Reflector(peers, "No prefixes displayed\n");
  const { gatekeeper } = reflector;
  reflector.routerIdOf = () => "10.9.9.9";
  await gatekeeper.look(SEEN);
  const [first] = gatekeeper.refused;
  assert.equal(first?.why, "it calls from there and says that it is 10.9.9.9");
  await gatekeeper.look(SEEN);
  assert.deepEqual(gatekeeper.refused, [first]);
  assert.equal(reflector.told.length, 1);
  peers.length = 0;
  await gatekeeper.look(SEEN);
  assert.deepEqual(gatekeeper.refused, []);
});

Deno.test("of many who call at once each look believes some, until all are believed", async () => {
  const peers = Array.from({ length: 70 }, (_, at) => `10.0.0.${at + 1}`);
  const reflector = new Reflector(peers, "No prefixes displayed\n");
  const counts: number[] = [];
  for (let look = 0; look < 4; look++) {
    await reflector.gatekeeper.look(SEEN);
    counts.push(reflector.believed.length);
  }
  assert.deepEqual(counts, [32, 64, 70, 70]);
});

Deno.test("who fills bgpd is cut off, and again while it is not believed", async () => {
  const reflector = new Reflector([FORGER], "No prefixes displayed\n");
  for (const waiting of [0, 0, 100e6, 0, 100e6, 0]) {
    reflector.waiting = waiting;
    await reflector.gatekeeper.look(SEEN);
  }
  assert.deepEqual(reflector.believed, []);
  // At once, when FRR is told that it is not believed, and once more.
  assert.deepEqual(reflector.ended, [FORGER, FORGER, FORGER]);
});

for (
  const [what, brokenSs, why] of [
    [
      "hangs",
      { argv: ["sleep", "1000"], timeoutMs: 1 },
      /^FaultError: Cannot read how much .* was killed after /,
    ],
    [
      "fails",
      { argv: ["false"] },
      /^FaultError: Cannot read how much peers have sent: `false` ended with 1$/,
    ],
    ["is not there", { argv: ["no-ss"] }, /^FaultError: Cannot read how much .*: no no-ss in /],
  ] as const
) {
  Deno.test(`where ss ${what}, that is told, and all else is judged`, async () => {
    const reflector = new Reflector([FORGER], FORGED);
    reflector.brokenSs = brokenSs;
    await assert.rejects(reflector.gatekeeper.look(SEEN), why);
    assert.deepEqual(reflector.believed.map(({ peer }) => peer), [FORGER]);
    await assert.rejects(reflector.gatekeeper.look(SEEN), why);
    assert.deepEqual([reflector.believed, reflector.ended], [[], [FORGER]]);
  });
}

Deno.test("of many who call themselves otherwise each look changes some, and refuses none", async () => {
  const peers = Array.from({ length: 70 }, (_, at) => `10.0.0.${at + 1}`);
  const settings = { ...SETTINGS, nodeNetworks: ["0.0.0.0/0"] };
  const routes = "Route Distinguisher: OWN:2\n *> [3]:[0]:[32]:[OWN]\nDisplayed 1 prefixes\n";
  const reflector = new Reflector(peers, routes, settings);
  for (let look = 0; look < 3; look++) await reflector.gatekeeper.look(SEEN);
  const routerIdOf = (peer: string) => peer.replace("10.0.0", "10.0.1");
  reflector.routerIdOf = routerIdOf;
  const counts: number[][] = [];
  for (let look = 0; look < 5; look++) {
    const before = new Set(reflector.believed);
    await reflector.gatekeeper.look(SEEN);
    const after = new Set(reflector.believed);
    const isNew = ({ peer, vtep }: Client) => vtep === routerIdOf(peer);
    counts.push([before.difference(after).size, [...after].filter(isNew).length]);
  }
  assert.deepEqual(counts, [[32, 4], [32, 8], [6, 34], [0, 66], [0, 70]]);
  assert.deepEqual(new Set(reflector.ended), new Set(peers));
  assert.deepEqual(reflector.told.filter(({ kind }) => kind === "peer-refused"), []);
});

Deno.test("of many who announce too much each look ends some sessions, and tells of each once", async () => {
  const peers = Array.from({ length: 70 }, (_, at) => `10.0.0.${at + 1}`);
  const reflector = new Reflector(peers, "No prefixes displayed\n");
  for (let look = 0; look < 3; look++) await reflector.gatekeeper.look(SEEN);
  const sessions = peers.map((peer) => ({
    ...{ peer, state: "Established", uptimeMs: 1_000, prefixesReceived: 101, prefixesSent: 0 },
  }));
  const counts: number[] = [];
  for (let look = 0; look < 3; look++) {
    await reflector.gatekeeper.look({ ...SEEN, sessions });
    counts.push(reflector.believed.length);
  }
  assert.deepEqual(counts, [38, 6, 0]);
  assert.equal(reflector.told.filter(({ kind }) => kind === "peer-refused").length, 70);
});
