// A device gets to nothing of the machine: each of a list of tries succeeds only when unconfined.
import assert from "node:assert/strict";
import { makeFolder } from "../fixture/folder.ts";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { ROOT } from "../../tools/checkout.ts";
import { runLab, testLab } from "./lab_fixture.ts";

const TRIES = `${ROOT}/tests/lab/escapes.sh`;

/** Folders of the machine in which people may have files; a device has its own. */
const PLACES = ["/etc", "/home", "/opt", "/root", "/srv", "/var/lib", "/var/log", "/var/spool", ""];

/** Puts a file that nobody else has into folders of the machine, for the length of a test. */
async function makeDecoys(): Promise<AsyncDisposable & { readonly name: string }> {
  const name = `.megalos-decoy-${crypto.randomUUID()}`;
  const files = PLACES.map((place) => `${place}/${name}`);
  await Promise.all(files.map((file) => Deno.writeTextFile(file, "", { createNew: true })));
  return {
    name,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(files.map((file) => Deno.remove(file)));
    },
  };
}

/**
 * Namespaces like a device's, without what confines a device. /shared is a file system of the
 * test's own.
 */
const UNCONFINED = `
mount -t tmpfs tmpfs "$3"
mkdir "$3/work" "$3/shared"
mount -t tmpfs tmpfs "$3/shared"
exec bash "$1" "$2" "$3/work" "$3/shared"
`;

testLab("none of a list of escapes succeeds, and each does without confinement", async (name) => {
  await using decoys = await makeDecoys();
  await using place = await makeFolder();
  const listed = (await run({ argv: ["bash", TRIES, "list"] })).stdout;
  assert.ok(listed.trimEnd().split("\n").length >= 30, listed);

  const namespaces = ["--net", "--mount", "--pid", "--fork", "--mount-proc", "--uts", "--ipc"];
  const free = await run({
    argv: ["unshare", ...namespaces, "sh", "-c", UNCONFINED, "sh", TRIES, decoys.name, place.dir],
  });
  assert.equal(free.stdout, listed, free.stderr);

  const tries = await Deno.readTextFile(TRIES);
  await using lab = await makeFolder({ "lab.conf": "pc1[0]=A\n", "pc1/tries.sh": tries });
  const up = await runLab(name, lab.dir, "--nodes", "1", "--keep");
  assert.equal(up.reason, "success", describe(up));
  const script = ["bash", "/tries.sh", decoys.name, "/tmp", "/shared"];
  const held = await runLab(name, "exec", "pc1", ...script);
  assert.equal(held.stdout, "", "a device got out");
  // What labs do need goes on working.
  const needed =
    "sysctl -w net.ipv4.ip_forward=0 && mount -t tmpfs x /mnt && umount /mnt && ip netns add x && ip netns exec x true && hostname y";
  const works = await runLab(name, "exec", "pc1", "sh", "-c", needed);
  assert.equal(works.code, 0, describe(works));
});
