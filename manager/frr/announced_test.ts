// What a caller has announced, from the tables that versions of FRR print.
import assert from "node:assert/strict";
import { run } from "../../shared/process/exec.ts";
import { type Announced, readAnnounced } from "./announced.ts";

/** Reads it as what bgpd has printed. */
function read(table: string) {
  return readAnnounced(() => run({ argv: ["cat"], stdin: table }), "10.99.0.66", 20_000);
}

const HEAD = `BGP table version is 3, local router ID is 10.99.0.1
EVPN type-2 prefix: [2]:[EthTag]:[MAClen]:[MAC]:[IPlen]:[IP]
EVPN type-3 prefix: [3]:[EthTag]:[IPlen]:[OrigIP]

   Network          Next Hop            Metric LocPrf Weight Path
`;

/** Three routes of two distinguishers, as FRR 8.4.4 prints them. */
const FRR_8 = `${HEAD}Route Distinguisher: 10.99.0.66:2
*>i[2]:[0]:[48]:[06:00:00:00:00:00]
                    10.99.0.66                    100      0 i
                    RT:65000:10 ET:8
*>i[3]:[0]:[32]:[10.99.0.66]
                    10.99.0.66                    100      0 i
                    RT:65000:10 ET:8
Route Distinguisher: 65000:7
* i[3]:[0]:[128]:[fd00::66]
                    10.99.0.66                    100      0 i
                    RT:65000:10 ET:8

Displayed 3 out of 5 total prefixes
`;

/** The same as FRR 10.7.1 prints it. */
const FRR_10 = FRR_8.replaceAll(/^(\*[> ]i)\[/gm, " $1 [");

for (const [version, table] of [["8.4.4", FRR_8], ["10.7.1", FRR_10]] as const) {
  Deno.test(`what a caller has announced is read from the table of FRR ${version}`, async () => {
    assert.deepEqual(await read(table), {
      administrators: ["10.99.0.66", "65000"],
      originators: ["10.99.0.66", "fd00::66"],
      tags: [],
      segments: [],
    });
  });

  Deno.test(`Ethernet tags are read from the table of FRR ${version}`, async () => {
    const { tags } = await read(
      table.replace("[2]:[0]", "[2]:[7]").replace("[3]:[0]", "[3]:[10]"),
    ) as Announced;
    assert.deepEqual(tags, ["7", "10"]);
  });
}

Deno.test("Ethernet segments are read, each once", async () => {
  const segment = "00:11:22:33:44:55:66:77:88:99";
  const { segments } = await read(
    FRR_8.replaceAll(/^ +RT:/gm, (line) => line.replace("RT:", `ESI:${segment}\n$&`)),
  ) as Announced;
  assert.deepEqual(segments, [segment]);
});

Deno.test("a distinguisher may be printed with its kind, or not at all", async () => {
  const table = FRR_8.replace("10.99.0.66:2", "ip 10.99.0.66:2").replace("65000:7", "");
  const announced = await read(table);
  assert.deepEqual(announced, {
    administrators: ["10.99.0.66", ""],
    originators: ["10.99.0.66", "fd00::66"],
    tags: [],
    segments: [],
  });
});

Deno.test("who has announced nothing is no forger", async () => {
  const nothing = { administrators: [], originators: [], tags: [], segments: [] };
  assert.deepEqual(await read("No prefixes displayed, 2 exist\n"), nothing);
  const away = "No such neighbor in this view/vrf\nMalformed address: 10.99.0.66\n";
  assert.deepEqual(await read(away), nothing);
});

const UNKNOWN: Readonly<Record<string, string>> = {
  "routes that are not recognized": FRR_8.replaceAll(/^(\*[> ]i)\[/gm, "$1="),
  "one route fewer than are counted": FRR_8.replace("Displayed 3", "Displayed 4"),
  "routes that are not counted": FRR_8.replace(/Displayed.*/, ""),
  "no routes, and no word of that,": "",
  "routes without a distinguisher": FRR_8.replaceAll(/^Route D/gm, "route d"),
};
for (const [what, table] of Object.entries(UNKNOWN)) {
  Deno.test(`${what} are an error: nobody passes unread`, async () => {
    await assert.rejects(read(table), /^Error: Cannot read what bgpd has printed: "/);
  });
}
