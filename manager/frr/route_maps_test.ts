// Changes of route maps: by what FRR has and what it is to have.
import assert from "node:assert/strict";
import { planRouteMaps } from "./route_maps.ts";

const entry = (name: string, ...lines: string[]) =>
  [`route-map ${name}`, ...lines.map((line) => ` ${line}`), "exit", "!", ""].join("\n");
const A = ["match peer 10.0.0.1", "match ip next-hop address 10.0.0.1"];
const B = ["match peer 10.0.0.2", "match ip next-hop address 10.0.0.2"];

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
      "one more",
      entry("c permit 10", ...A),
      entry("c permit 10", ...A) + entry("c permit 11", ...B),
      [
        "route-map c permit 11",
        " match ip next-hop address 10.0.0.2\n match peer 10.0.0.2",
        "exit",
      ],
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
        "route-map c permit 10",
        " match ip next-hop address 10.0.0.2\n match peer 10.0.0.2",
        "exit",
      ],
    ],
    [
      "another one in another place, which is there before the first one goes",
      entry("c permit 10", ...A),
      entry("c permit 11", ...A),
      [
        "route-map c permit 11",
        " match ip next-hop address 10.0.0.1\n match peer 10.0.0.1",
        "exit",
        "no route-map c permit 10",
      ],
    ],
    [
      "one that denies in the place of one that permits",
      entry("c permit 10"),
      entry("c deny 10", ...A),
      [
        "no route-map c permit 10",
        "route-map c deny 10",
        " match ip next-hop address 10.0.0.1\n match peer 10.0.0.1",
        "exit",
      ],
    ],
    ["without a line", "", entry("unused permit 10"), ["route-map unused permit 10", "", "exit"]],
  ];

for (const [what, running, written, plan] of CASES) {
  Deno.test(`route maps: ${what}`, () => {
    assert.deepEqual(planRouteMaps(`!\n${running}`, `!\n${written}`), plan);
  });
}
