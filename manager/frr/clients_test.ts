// Which callers a reflector believes, and which VTEP it believes of each.
import assert from "node:assert/strict";
import { type Caller, type Client, planClients } from "./clients.ts";

const own = (peer: string): Caller => ({ peer, routerId: peer });
const client = (peer: string, place: number, vtep = peer): Client => ({ peer, vtep, place });
const A = "10.0.0.1";
const B = "10.0.0.2";
/** What a Service's proxy calls from. */
const PROXY = "10.244.0.1";
const OTHER_PROXY = "10.244.1.1";

const CASES: readonly [
  what: string,
  before: readonly Client[],
  callers: readonly Caller[],
  after: readonly Client[],
  more?: { refused?: readonly string[]; isStrict?: boolean },
][] = [
  ["nobody", [], [], []],
  ["two callers", [], [own(A), own(B)], [client(A, 10), client(B, 12)]],
  ["one that is known, one new", [client(B, 10)], [own(A), own(B)], [client(B, 10), client(A, 12)]],
  ["one that is away stays", [client(A, 10)], [], [client(A, 10)]],
  ["new ones come last", [client(B, 21)], [own(A)], [client(B, 21), client(A, 23)]],
  [
    "new ones come as late as they can",
    [client(B, 65_534)],
    [own(A)],
    [client(B, 65_534), client(A, 65_535)],
  ],
  ["one that is refused", [client(A, 10)], [own(A), own(B)], [client(B, 10)], { refused: [A] }],
  ["IPv6", [], [{ peer: "fd00::11", routerId: "154.198.228.225" }], [client("fd00::11", 10)]],
  ["a translated address", [], [{ peer: PROXY, routerId: A }], [client(PROXY, 10, A)]],
  ["a translated address, strictly", [], [{ peer: PROXY, routerId: A }], [], { isStrict: true }],
  [
    "who calls from an address owns it",
    [client(PROXY, 10, A)],
    [{ peer: PROXY, routerId: A }, own(A)],
    [client(A, 12)],
  ],
  [
    "of two that claim an address the first has it",
    [client(PROXY, 10, A)],
    [{ peer: OTHER_PROXY, routerId: A }, { peer: PROXY, routerId: A }],
    [client(PROXY, 10, A)],
  ],
  [
    "one that calls itself otherwise now",
    [client(PROXY, 10, A)],
    [{ peer: PROXY, routerId: B }],
    [client(PROXY, 10, B)],
  ],
];

for (const [what, before, callers, after, { refused = [], isStrict = false } = {}] of CASES) {
  Deno.test(`clients: ${what}`, () => {
    const plan = planClients(before, callers, { refused: new Set(refused), isStrict });
    assert.deepEqual(plan, after);
  });
}
