// Some devices of a lab are a lab: nobody waits for the others, and nothing is expected of them.
import assert from "node:assert/strict";
import { makeFolder } from "../../tests/fixture/folder.ts";
import { readLab } from "./read_lab.ts";
import { selectDevices } from "./select_devices.ts";

Deno.test("only the named devices are left, with their own order and expectations", async () => {
  await using folder = await makeFolder({
    "lab.conf": "pc1[0]=A\npc2[0]=A\npc3[0]=A\n",
    "lab.dep": "pc1: pc2 pc3\n",
    "lab.check": "pc1 1 true\npc2 1 true\n",
  });
  const lab = await readLab(folder.dir);
  assert.equal(selectDevices(lab, []), lab);
  const { devices, expectations } = selectDevices(lab, ["pc3", "pc1"]);
  assert.deepEqual(devices.map(({ name, after }) => [name, after]), [["pc1", ["pc3"]], [
    "pc3",
    [],
  ]]);
  assert.deepEqual(expectations.map(({ device }) => device), ["pc1"]);
  assert.throws(() => selectDevices(lab, ["pc9"]), /Cannot start pc9: it is no device of .*pc1, /);
});
