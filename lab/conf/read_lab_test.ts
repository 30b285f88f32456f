// Whole folders: what is found in them, and what is said of those that cannot be started.
import assert from "node:assert/strict";
import { makeFolder } from "../../tests/fixture/folder.ts";
import { run } from "../../shared/process/exec.ts";
import { readLab } from "./read_lab.ts";

const PLAIN = { env: {}, exec: [], sysctls: {}, ulimits: {}, resources: {}, shell: "/bin/bash" };

Deno.test("a folder becomes devices with LANs, scripts, their order, and expectations", async () => {
  await using lab = await makeFolder({
    "lab.conf":
      'pc1[0]="net1/02:00:00:00:00:01"\npc2[1]=A\npc2[0]=net1\npc1[image]=x\npc2[mem]=1g\npc2[port]=80:80\n',
    "lans.json": '{"net1": {"suffix": "ntwork", "vxlanId": 10}}',
    "lab.check": "pc1 5 true\n",
    "lab.dep": "pc2: pc1 pc9\n",
    "lab.ext": "",
    "pc1.startup": "",
    "pc8.startup": "",
    "pc2.shutdown": "",
    "shared/motd": "hi",
  });
  const { devices, expectations, warnings } = await readLab(lab.dir);
  const net1 = { name: "net1", network: "net1", suffix: "ntwork", vni: 10 };
  assert.deepEqual(devices[0], {
    ...{ name: "pc1", options: PLAIN, after: [], startup: true, shutdown: false },
    interfaces: [{ name: "eth0", lan: net1, mac: "02:00:00:00:00:01" }],
  });
  assert.deepEqual(
    { ...devices[1], interfaces: devices[1]?.interfaces.map(({ name, lan }) => [name, lan.name]) },
    {
      ...{
        name: "pc2",
        options: { ...PLAIN, resources: { memory: 2 ** 30 } },
        after: ["pc1"],
        startup: false,
        shutdown: true,
      },
      interfaces: [["eth0", "net1"], ["eth1", "A"]],
    },
  );
  assert.deepEqual(expectations, [{ device: "pc1", seconds: 5, command: "true" }]);
  assert.deepEqual(warnings, [
    "image is ignored: devices use this machine's programs",
    "options of lab.conf without effect here: port (pc2)",
    "pc8.startup is of no device of lab.conf",
    "lab.ext has no effect here: no LAN reaches a network of this machine",
    "pc9 of lab.dep is no device of lab.conf",
  ]);
});

Deno.test("a FIFO is named and never opened, and so is a folder of no device", async () => {
  await using lab = await makeFolder({
    "lab.conf": "pc1[0]=A\n",
    "pc1/etc/motd": "hi",
    "pc2/etc/motd": "hi",
    "common/motd": "hi",
  });
  const fifos = ["pc1.startup", "lab.check", "lab.dep", "lans.json", "pc1/etc/fifo"];
  await run({ argv: ["env", "-C", lab.dir, "mkfifo", ...fifos] });
  const { devices, warnings } = await readLab(lab.dir);
  assert.equal(devices[0]?.startup, false);
  assert.deepEqual(warnings, [
    "the folder pc2/ is of no device of lab.conf",
    ...fifos.sort().map((path) => `${path} is neither a file nor a folder, and is left out`),
  ]);
  await Deno.remove(`${lab.dir}/lab.conf`);
  await run({ argv: ["env", "-C", lab.dir, "mkfifo", "lab.conf"] });
  await assert.rejects(readLab(lab.dir), /lab\.conf is no file of this folder/);
});

const BROKEN: readonly (readonly [what: string, files: Record<string, string>, message: RegExp])[] =
  [
    ["no lab.conf", {}, /lab\.conf is not there/],
    ["no device", { "lab.conf": "# nothing\n" }, /has no device/],
    ["no JSON", { "lab.conf": "a[0]=A", "lans.json": "{" }, /^lans\.json: Cannot read it: /],
    [
      "a wrong VNI",
      { "lab.conf": "a[0]=A", "lans.json": '{"A":{"suffix":"a","vxlanId":-1}}' },
      /vxlanId/,
    ],
  ];
for (const [what, files, message] of BROKEN) {
  Deno.test(`a lab with ${what} is refused`, async () => {
    await using lab = await makeFolder(files);
    await assert.rejects(readLab(lab.dir), { message });
  });
}
