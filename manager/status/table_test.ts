// Text tables line up, whatever their cells hold.
import assert from "node:assert/strict";
import fc from "fast-check";
import { HOSTILE } from "../../tests/fixture/hostile.ts";
import { renderTable } from "./table.ts";

Deno.test("columns are as wide as their widest cell, and no line ends in blanks", () => {
  const rows = [["net1-ntwork", "10", "lab/pc1 net0"], ["a", "16777215", ""]];
  assert.equal(
    renderTable(["LAN", "VNI", "PORTS"], rows),
    `LAN          VNI       PORTS
net1-ntwork  10        lab/pc1 net0
a            16777215
`,
  );
});

Deno.test("a row that is too short has empty cells, and no row at all is said in words", () => {
  assert.equal(renderTable(["LAN", "VNI"], [["a"]]), "LAN  VNI\na\n");
  assert.equal(renderTable(["LAN", "VNI"], []), "no lan\n");
});

for (const [name, shown] of HOSTILE) {
  Deno.test(`${JSON.stringify(name)} is shown as ${shown} in a cell, alone and in a list`, () => {
    assert.equal(renderTable(["A"], [[name], [[name]]]), `A\n${shown}\n${shown}\n`);
  });
}

Deno.test("a table has as many rows as a cluster has", () => {
  const rows = Array.from({ length: 200_000 }, () => ["a", ["b"]]);
  assert.equal(renderTable(["A", "B"], rows, 80).length, "a  b\n".length * 200_001);
});

Deno.test("a list that is too long goes on in the next line, between its items", () => {
  const rows = [["net1", ["aaaa", "bbbb", "cccc", "dddd"], "x"], ["net2", ["e"], "y"]];
  assert.equal(
    renderTable(["LAN", "PODS", ""], rows, 22),
    `LAN   PODS
net1  aaaa, bbbb,  x
      cccc, dddd
net2  e            y
`,
  );
});

Deno.test("an item that is too long for any line stands on its own, and nothing is lost", () => {
  fc.assert(fc.property(fc.array(fc.stringMatching(/^[a-z]{1,9}$/)), fc.nat(30), (items, width) => {
    const lines = renderTable(["A", "LIST"], [["x", items]], width).split("\n").slice(1);
    const words = lines.join(" ").split(/[ ,]+/).filter((word) => word !== "");
    assert.deepEqual(words, ["x", ...items]);
    for (const line of lines) {
      const isOneItem = line.trim().replace(/^x +/, "").split(" ").length === 1;
      assert.ok(line.length <= width || isOneItem, line);
    }
  }));
});
