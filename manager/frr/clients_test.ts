// Which callers a reflector believes, and which VTEP it believes of each.
import assert from "node:assert/strict";
import { type Caller, type Client, planClients, takeSome } from "./clients.ts";

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
  ["one that is refused", [client(A, 10)], [own(A), own(B)], [client(B, 12)], { refused: [A] }],
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
    [client(PROXY, 12, B)],
  ],
];

for (const [what, before, callers, after, { refused = [], isStrict = false } = {}] of CASES) {
  Deno.test(`clients: ${what}`, () => {
    const plan = planClients(before, callers, { refused: new Set(refused), isStrict });
    assert.deepEqual(plan, after);
  });
}

Deno.test("of many who go those come first who are refused, and nobody takes what is not free", () => {
  const before = [client(A, 10), client(B, 12), client(PROXY, 14, OTHER_PROXY)];
  const some = (planned: readonly Client[]) =>
    takeSome(before, planned, { refused: new Set([B]), most: 1 });
  assert.deepEqual(some([]), [client(A, 10), client(PROXY, 14, OTHER_PROXY)]);
  // Another VTEP of A waits until A has gone, and who owns PROXY's until PROXY has.
  const [next, owner] = [client(A, 16, B), client(OTHER_PROXY, 18)];
  assert.deepEqual(some([next, owner]), [client(A, 10), client(PROXY, 14, OTHER_PROXY)]);
  const other = client("10.0.0.3", 20);
  assert.deepEqual(some([next, other]), [other, client(A, 10), client(PROXY, 14, OTHER_PROXY)]);
});
