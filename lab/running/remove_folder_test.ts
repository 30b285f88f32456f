// A folder goes, also while somebody still makes files in it.
import assert from "node:assert/strict";
import { removeFolder } from "./remove_folder.ts";

Deno.test("a folder that was written to while it was removed is removed again", async () => {
  const dir = await Deno.makeTempDir({ prefix: "megalos-lab-" });
  let late = 2;
  await removeFolder(dir, async (dir) => {
    // What a program makes between the list of a folder and its end.
    if (late-- > 0) await Deno.writeTextFile(`${dir}/${late}`, "");
    await Deno.remove(dir, { recursive: late < 0 });
  });
  await assert.rejects(Deno.stat(dir), Deno.errors.NotFound);
});

Deno.test("a folder that is not there is right, and what else fails is said", async () => {
  await removeFolder("/nowhere/at/all");
  const fail = () => Promise.reject(new Deno.errors.PermissionDenied("no"));
  await assert.rejects(removeFolder("/nowhere", fail), Deno.errors.PermissionDenied);
});
