// Text tables line up, whatever their cells hold.
import assert from "node:assert/strict";
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
