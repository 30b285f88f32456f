// What devices share lies in the lab's folder, and nowhere else that a lab could name.
import assert from "node:assert/strict";
import { makeFolder } from "../../tests/fixture/folder.ts";
import { leaveShared, provideShared } from "./shared_folder.ts";

function refuseToLog(line: string): void {
  assert.fail(line);
}

Deno.test("a lab's own folder is what devices share; where there is none it is made", async () => {
  await using lab = await makeFolder({ "shared/motd": "hi" });
  await using bare = await makeFolder({ "lab.conf": "" });
  for (const { dir } of [lab, bare, bare]) {
    assert.equal(await provideShared(dir, "x", refuseToLog), `${dir}/shared`);
  }
  assert.equal((await Deno.stat(`${bare.dir}/shared`)).isDirectory, true);
  await leaveShared(`${bare.dir}/shared`, bare.dir, refuseToLog);
  assert.equal((await Deno.stat(`${bare.dir}/shared`)).isDirectory, true);
});

Deno.test("a link within the lab is followed, one that leads out of it is refused", async () => {
  await using lab = await makeFolder({ "common/motd": "hi" });
  await Deno.symlink("common", `${lab.dir}/shared`);
  assert.equal(await provideShared(lab.dir, "x", refuseToLog), `${lab.dir}/common`);
  for (const target of ["/etc", "..", ".", "nowhere"]) {
    await Deno.remove(`${lab.dir}/shared`);
    await Deno.symlink(target, `${lab.dir}/shared`);
    await assert.rejects(
      provideShared(lab.dir, "x", refuseToLog),
      /link that leads out of the lab/,
    );
  }
  await Deno.remove(`${lab.dir}/shared`);
  await Deno.writeTextFile(`${lab.dir}/shared`, "");
  await assert.rejects(provideShared(lab.dir, "x", refuseToLog), /is no folder/);
});

Deno.test("a lab's folder that cannot be written has it elsewhere, kept unless it is empty", async () => {
  await using lab = await makeFolder({});
  // No file can be made in a folder that is gone, whoever asks.
  const gone = `${lab.dir}/gone`;
  const said: string[] = [];
  const say = (line: string) => said.push(line);
  const [empty, full] = [await provideShared(gone, "x", say), await provideShared(gone, "x", say)];
  assert.match(said.join("\n"), /^Note: \/shared is \/var\/tmp\/megalos-lab-x-shared-/);
  await Deno.writeTextFile(`${full}/kept`, "");
  for (const path of [empty, full]) await leaveShared(path, gone, say);
  await assert.rejects(Deno.stat(empty), Deno.errors.NotFound);
  assert.equal(said.at(-1), `What devices left in /shared is in ${full}`);
  await Deno.remove(full, { recursive: true });
});
