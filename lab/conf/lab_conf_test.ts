// Lines of lab.conf as labs have them, wrong lines by their number, and labs written and read back.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type LabConf, parseLabConf } from "./lab_conf.ts";

Deno.test("quotes, comments, blank lines and CRLF are as in Kathara's labs", () => {
  const text = [
    'LAB_NAME="A lab = a lab"',
    "LAB_AUTHOR=T. Caiazzi # and others",
    'LAB_WEB="http://x.org',
    "",
    "# a comment",
    'pc1[0]="A"',
    "pc1[1]='B/02:00:00:00:00:0A'  # quoted, with a comment",
    "pc1[image]=kathara/base",
    "  r1[2] = réseau_1   ",
    "r1[exec]=\"echo 'hi' # no comment\"",
    "r1[0]=A",
  ].join("\r\n");
  assert.deepEqual(parseLabConf(text), {
    meta: { LAB_NAME: "A lab = a lab", LAB_AUTHOR: "T. Caiazzi", LAB_WEB: "http://x.org" },
    devices: [
      {
        name: "pc1",
        links: [{ index: 0, lan: "A" }, { index: 1, lan: "B", mac: "02:00:00:00:00:0a" }],
        options: [{ name: "image", value: "kathara/base", line: 8 }],
      },
      {
        name: "r1",
        links: [{ index: 0, lan: "A" }, { index: 2, lan: "réseau_1" }],
        options: [{ name: "exec", value: "echo 'hi' # no comment", line: 10 }],
      },
    ],
  });
});

const WRONG: readonly (readonly [line: string, why: RegExp])[] = [
  ["pc1", /none of DEVICE\[N\]=LAN/],
  ["pc1=A", /none of/],
  ['pc1[0]="A', /quotes/],
  ['pc1[0]="A" B', /quotes/],
  ["pc1[0]=", /"" is no name for a LAN/],
  ["pc1[0]=A B", /"A B" is no name for a LAN/],
  ["pc1[0]=A/nonsense", /"nonsense" is no unicast MAC/],
  ["pc1[0]=A/", /"" is no unicast MAC/],
  ["pc1[0]=A/02:00:00:00:00:01/x", /no unicast MAC/],
  ["pc1[0]=A/01:00:00:00:00:01", /no unicast MAC/],
  ["pc1[0]=A/00:00:00:00:00:00", /no unicast MAC/],
  ["-pc1[0]=A", /-pc1 is no name for a device/],
  ["shared[0]=A", /shared is a reserved name/],
  ["pc1[0]=A-B", /"A-B" is no name for a LAN/],
  ["ok[0]=B", /interface 0 of ok is taken/],
];

for (const [line, why] of WRONG) {
  Deno.test(`a lab.conf with the line ${JSON.stringify(line)} is refused, with the line's number`, () => {
    assert.throws(() => parseLabConf(`ok[0]=A\n\n${line}\n`), (error: Error) => {
      assert.match(error.message, /^lab\.conf:3: Cannot read "/);
      assert.match(error.message, why);
      return true;
    });
  });
}

const PLAIN = { noNullPrototype: true };

Deno.test("whatever is written as a lab.conf is read back", () => {
  const name = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,20}$/);
  const lan = fc.stringMatching(/^\w{1,30}$/);
  const quotes = fc.constantFrom("", "'", '"');
  const comment = fc.constantFrom("", "  # more", " ");
  const links = fc.uniqueArray(fc.record({ index: fc.nat(99), lan }, PLAIN), {
    selector: (l) => l.index,
  });
  const devices = fc.uniqueArray(fc.record({ name, links }, PLAIN), { selector: (d) => d.name });
  fc.assert(fc.property(devices, quotes, comment, (devices, quote, comment) => {
    const lines = devices.flatMap(({ name, links }) =>
      links.map(({ index, lan }) => `${name}[${index}]=${quote}${lan}${quote}${comment}`)
    );
    const expected: LabConf["devices"] = devices.filter(({ links }) => links.length > 0).map((
      one,
    ) => ({
      name: one.name,
      links: one.links.toSorted((a, b) => a.index - b.index),
      options: [],
    }));
    assert.deepEqual(parseLabConf(lines.join("\n")).devices, expected);
  }));
});
