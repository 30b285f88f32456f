// A lab's record is on disk after every change, and cannot change once the lab is taken down.
import assert from "node:assert/strict";
import { makeFolder } from "../tests/fixture/folder.ts";
import { type LabRecord, readRecord, Recorder } from "./record.ts";

const RECORD: LabRecord = {
  v: 1,
  dir: "/labs/mine",
  hash: "abc",
  ipv6: false,
  runner: { pid: 1, startTime: "2" },
  kept: false,
  hierarchies: [],
  confinement: { usable: [], seccomp: false },
  machines: [],
  devices: [],
};

Deno.test("every change of the record is on disk when it returns", async () => {
  await using folder = await makeFolder();
  const recorder = new Recorder(folder.dir, RECORD);
  assert.deepEqual(await readRecord(folder.dir), RECORD);
  const machines = [{ name: "n1", pid: 42, startTime: "7" }];
  recorder.update({ machines });
  assert.deepEqual(await readRecord(folder.dir), { ...RECORD, machines });
  const device = {
    name: "pc1",
    node: "n1",
    containerId: "c",
    uid: "u",
    netns: "/n",
    confinement: { seccomp: true, procs: [] },
    env: { A: "1" },
    limits: ["--nofile=1:2"],
    shell: "/bin/bash",
    shutdown: false,
    attachments: [],
  };
  recorder.update({ devices: [device, { ...device, name: "pc2" }] });
  recorder.replaceDevice({ ...device, pid: 3 });
  assert.deepEqual((await readRecord(folder.dir))?.devices.map(({ name, pid }) => [name, pid]), [
    ["pc1", 3],
    ["pc2", undefined],
  ]);
});

Deno.test("a closed record refuses what comes late", async () => {
  await using folder = await makeFolder();
  const recorder = new Recorder(folder.dir, RECORD);
  recorder.close();
  assert.throws(() => recorder.update({ kept: true }), /being taken down/);
  assert.deepEqual(await readRecord(folder.dir), RECORD);
});

Deno.test("a missing record is none; a damaged one is an error that names the file", async () => {
  await using folder = await makeFolder();
  assert.equal(await readRecord(folder.dir), undefined);
  await Deno.writeTextFile(`${folder.dir}/state.json`, '{"v": 1');
  await assert.rejects(readRecord(folder.dir), /state\.json is damaged/);
});
