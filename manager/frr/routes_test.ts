// What a reflector passes on, from the tables that versions of FRR print.
import assert from "node:assert/strict";
import { type Run, run } from "../../shared/process/exec.ts";
import { readRoutes } from "./routes.ts";

const HEAD = `BGP table version is 1, local router ID is 10.99.0.1
Origin codes: i - IGP, e - EGP, ? - incomplete
EVPN type-2 prefix: [2]:[EthTag]:[MAClen]:[MAC]:[IPlen]:[IP]
EVPN type-3 prefix: [3]:[EthTag]:[IPlen]:[OrigIP]

   Network          Next Hop            Metric LocPrf Weight Path
                    Extended Community
`;
const route = (prefix: string, communities: string) =>
  `*>i${prefix}
                    10.99.0.11                    100      0 i
                    ${communities}
`;

/** As FRR 8.4.4 prints it: three nodes on two LANs, and a route of no LAN. */
const FRR_8 = `${HEAD}Route Distinguisher: 10.99.0.11:2
${route("[2]:[0]:[48]:[02:00:00:00:00:01]", "RT:65000:10 ET:8")}${
  route("[2]:[0]:[48]:[02:00:00:00:00:01]:[32]:[10.0.0.1]", "RT:65000:10 ET:8")
}${route("[3]:[0]:[32]:[10.99.0.11]", "RT:65000:10 ET:8")}Route Distinguisher: 10.99.0.9:2
${route("[2]:[0]:[48]:[02:00:00:00:00:02]", "ET:8 RT:65000:10")}${
  route("[3]:[0]:[32]:[10.99.0.9]", "ET:8 RT:65000:10")
}${route("[3]:[0]:[32]:[10.99.0.9]", "ET:8 RT:65000:9 MM:1")}${
  route("[3]:[0]:[128]:[fd00::9]", "RT:65000:9 ET:8")
}${route("[1]:[0]:[03:44:38:39:be:ef:aa:00:00:01]:[32]:[10.99.0.7]:[0]", "RT:65000:9")}${
  route("[5]:[0]:[24]:[10.0.0.0]", "RT:65000:9")
}${route("[3]:[0]:[32]:[10.99.0.8]", "ET:8")}
Displayed 10 prefixes (10 paths)
`;

/** The same as FRR 10.7.1 prints it. */
const FRR_10 = FRR_8.replaceAll(/^(\*>i)(\[.*)$/gm, " $1 $2 RD 10.99.0.11:2");

const LANS = [
  { vni: 9, vteps: ["10.99.0.9", "fd00::9"], macs: 0 },
  { vni: 10, vteps: ["10.99.0.9", "10.99.0.11"], macs: 2 },
];

/** Has vtysh print this. */
const printing = (table: string): Run => (command) =>
  run({ ...command, argv: ["cat"], stdin: table });

for (const [version, table] of [["8.4.4", FRR_8], ["10.7.1", FRR_10]] as const) {
  Deno.test(`routes are read from the table of FRR ${version}`, async () => {
    assert.deepEqual(await readRoutes(printing(table)), LANS);
  });
}

Deno.test("a prefix of several paths may be printed once, or once for each path", async () => {
  const table = FRR_8.replace("(10 paths)", "(11 paths)");
  assert.deepEqual(await readRoutes(printing(table)), LANS);
  const [again] = /^\*>i\[3\].*(?:\n .*)+\n/m.exec(table)!;
  assert.deepEqual(await readRoutes(printing(table.replace(again, again + again))), LANS);
});

Deno.test("no routes are none, and so are those of a bgpd that is away", async () => {
  assert.deepEqual(await readRoutes(printing("No EVPN prefixes exist\n")), []);
  assert.deepEqual(await readRoutes((one) => run({ ...one, argv: ["false"] })), []);
});

const UNKNOWN: Readonly<Record<string, string>> = {
  "no answer": "",
  "a beginning": FRR_8.slice(0, -40),
  "routes that are not recognized": FRR_8.replaceAll("*>i[", "*>i("),
  "one route fewer than are counted": FRR_8.replace("10 prefixes (10 p", "11 prefixes (11 p"),
};
for (const [what, table] of Object.entries(UNKNOWN)) {
  Deno.test(`${what}: that is an error`, async () => {
    await assert.rejects(readRoutes(printing(table)), /^Error: Cannot read bgpd's routes: /);
  });
}

Deno.test("more routes are read than a program's answer may have bytes", async () => {
  const one = route("[3]:[0]:[32]:[10.99.0.11]", "RT:65000:10 ET:8");
  const table = `${HEAD}${one.repeat(150_000)}\nDisplayed 150000 prefixes (150000 paths)\n`;
  assert.ok(table.length > 16 * 1024 * 1024);
  assert.deepEqual(await readRoutes(printing(table)), [{
    vni: 10,
    vteps: ["10.99.0.11"],
    macs: 0,
  }]);
});
