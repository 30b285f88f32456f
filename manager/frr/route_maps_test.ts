// Changes of route maps: by what FRR has and what it is to have, also while they are under way.
import assert from "node:assert/strict";
import fc from "fast-check";
import { fuzz } from "../../tests/fixture/fuzz.ts";
import { type Client, planClients } from "./clients.ts";
import { renderClientsPolicy } from "./render_policy.ts";
import { planRouteMaps } from "./route_maps.ts";

const entry = (name: string, ...lines: string[]) =>
  [`route-map ${name}`, ...lines.map((line) => ` ${line}`), "exit", "!", ""].join("\n");
const matching = (peer: number, hop = peer) => [
  `match ip next-hop address 10.0.0.${hop}`,
  `match peer 10.0.0.${peer}`,
];
const A = matching(1);
const B = matching(2);
const made = (name: string, ...lines: string[]) => [
  `route-map ${name}`,
  ...lines.map((line) => ` ${line}`),
  "exit",
];

const CASES: readonly [what: string, running: string, written: string, plan: readonly string[]][] =
  [
    ["none", "", "", []],
    [
      "the same in another order",
      entry("c permit 10", ...A.toReversed()),
      entry("c permit 10", ...A),
      [],
    ],
    [
      "more, behind one guard",
      entry("c permit 10", ...A),
      entry("c permit 10", ...A) + entry("c permit 12", ...B) + entry("c permit 14", ...B),
      [
        ...made("c deny 11"),
        ...made("c permit 12", ...B),
        ...made("c permit 14", ...B),
        "no route-map c deny 11",
      ],
    ],
    [
      "more, where the last plan was cut off",
      entry("c permit 10", ...A) + entry("c deny 11") + entry("c permit 12"),
      entry("c permit 10", ...A) + entry("c permit 12", ...B),
      ["no route-map c permit 12", ...made("c permit 12", ...B), "no route-map c deny 11"],
    ],
    [
      "one less",
      entry("c permit 10", ...A) + entry("c permit 11", ...B),
      entry("c permit 11", ...B),
      ["no route-map c permit 10"],
    ],
    [
      "another one in its place",
      entry("c permit 10", ...A),
      entry("c permit 10", ...B),
      [
        "no route-map c permit 10",
        ...made("c deny 9"),
        ...made("c permit 10", ...B),
        "no route-map c deny 9",
      ],
    ],
    [
      "another one in another place, which is there before the first one goes",
      entry("c permit 10", ...A),
      entry("c permit 12", ...A),
      [
        ...made("c deny 11"),
        ...made("c permit 12", ...A),
        "no route-map c deny 11",
        "no route-map c permit 10",
      ],
    ],
    [
      "one that denies in the place of one that permits",
      entry("c permit 10"),
      entry("c deny 10", ...A),
      ["no route-map c permit 10", ...made("c deny 10", ...A)],
    ],
    [
      "others that deny, which all deny all until the last one is right",
      entry("c deny 10", "match a") + entry("c deny 11", "match b"),
      entry("c deny 10", "match b") + entry("c deny 11", "match a"),
      [
        ...made("c deny 10", "no match a"),
        ...made("c deny 11", "no match b"),
        ...made("c deny 11", "match a"),
        ...made("c deny 10", "match b"),
      ],
    ],
    ["without a line", "", entry("unused permit 10"), made("unused permit 10")],
  ];

for (const [what, running, written, plan] of CASES) {
  Deno.test(`route maps: ${what}`, () => {
    assert.deepEqual(planRouteMaps(`!\n${running}`, `!\n${written}`), plan);
  });
}

/** A route map as FRR has it: one line of a kind in an entry, one entry at a place. */
class RouteMap {
  readonly #entries = new Map<number, { action: string; lines: Map<string, string> }>();
  #current: Map<string, string> | undefined;

  constructor(text: string) {
    this.take(text.split("\n"));
  }

  take(lines: readonly string[]): void {
    for (const line of lines) this.#take(line);
  }

  #take(line: string): void {
    const [, no, action = "", place] = /^(no )?route-map \S+ (\S+) (\d+)$/.exec(line) ?? [];
    const [, not, kind = "", value = ""] = /^ (no )?match (.+) (\S+)$/.exec(line) ?? [];
    if (place !== undefined && no !== undefined) this.#entries.delete(Number(place));
    else if (place !== undefined) this.#enter(Number(place), action);
    else if (not !== undefined) this.#current!.delete(kind);
    else if (kind !== "") this.#current!.set(kind, value);
    else assert.match(line, /^(exit|!|)$/);
  }

  #enter(place: number, action: string): void {
    const before = this.#entries.get(place);
    const one = before?.action === action ? before : { action, lines: new Map() };
    this.#entries.set(place, one);
    this.#current = one.lines;
  }

  permits(peer: number, hop: number): boolean {
    const route = new Map([["peer", `10.0.0.${peer}`], ["ip next-hop address", `10.0.0.${hop}`]]);
    const entries = [...this.#entries].toSorted(([one], [other]) => one - other);
    const first = entries.find(([, { lines }]) =>
      [...lines].every(([kind, value]) => route.get(kind) === value)
    );
    return first?.[1].action === "permit";
  }

  /** As FRR prints it. */
  print(): string {
    return [...this.#entries].map(([place, { action, lines }]) =>
      entry(`c ${action} ${place}`, ...[...lines].map(([kind, value]) => `match ${kind} ${value}`))
    ).join("");
  }
}

const NUMBERS = [1, 2, 3];
const ROUTES = NUMBERS.flatMap((peer) => NUMBERS.map((hop) => [peer, hop] as const));
const number = fc.constantFrom(...NUMBERS);
const lines = fc.tuple(number, number, fc.subarray([0, 1])).map(([peer, hop, which]) =>
  which.map((at) => matching(peer, hop)[at]!)
);
/** A place in front of all others is free, as in the manager's own maps. */
const mapIn = (places: readonly number[]) =>
  fc.uniqueArray(
    fc.record({
      place: fc.constantFrom(...places),
      action: fc.constantFrom("permit", "deny"),
      lines,
    }),
    { selector: ({ place }) => place, maxLength: 6 },
  ).map((all) => all.map((one) => entry(`c ${one.action} ${one.place}`, ...one.lines)).join(""));

/** Goes from `old` to `written`, and again from each moment between: vtysh may always be killed. */
function assertNeverOpen(old: string, written: string, isCutOff: boolean): void {
  const [before, now, after] = [new RouteMap(old), new RouteMap(old), new RouteMap(written)];
  for (const line of planRouteMaps(`!\n${old}`, `!\n${written}`)) {
    now.take([line]);
    for (const [peer, hop] of ROUTES) {
      if (!now.permits(peer, hop)) continue;
      const isRight = before.permits(peer, hop) || after.permits(peer, hop);
      assert.ok(isRight, `${peer} announces ${hop} after "${line}":\n${now.print()}`);
    }
    if (!isCutOff) assertNeverOpen(now.print(), written, true);
  }
  assert.deepEqual(planRouteMaps(`!\n${now.print()}`, `!\n${written}`), []);
}

fuzz(
  "no line of a plan lets through what neither the old map nor the new one does",
  fc.record({ old: mapIn([2, 3, 4, 5, 6, 7, 8, 9]), written: mapIn([2, 4, 6, 8]) }),
  ({ old, written }) => assertNeverOpen(old, written, false),
  300,
);

const client = number.map((at) => `10.0.0.${at}`);
const look = fc.record({ callers: fc.uniqueArray(client), refused: fc.uniqueArray(client) });

fuzz(
  "a client that stays is let through while others come and go, and no other one is",
  fc.array(look, { maxLength: 6 }),
  (looks) => {
    let before: readonly Client[] = [];
    for (const { callers, refused } of looks) {
      const after = planClients(
        before,
        callers.map((peer) => ({ peer, routerId: peer })),
        { refused: new Set(refused), isStrict: true },
      );
      const [old, written] = [before, after].map((all) => renderPermits(all));
      const now = new RouteMap(old!);
      for (const line of planRouteMaps(`!\n${old}`, `!\n${written}`)) {
        now.take([line]);
        for (const { peer } of before.filter((one) => after.includes(one))) {
          const own = Number(peer.at(-1));
          assert.ok(now.permits(own, own), `${peer} after "${line}":\n${now.print()}`);
        }
      }
      assertNeverOpen(old!, written!, false);
      before = after;
    }
  },
  200,
);

/** What the model knows of the policy. */
function renderPermits(clients: readonly Client[]): string {
  const policy = renderClientsPolicy(clients).join("\n").replace(/^ set .*\n/gm, "");
  return policy.slice(policy.indexOf("route-map clients permit")).replaceAll("clients", "c") + "\n";
}
