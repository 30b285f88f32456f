// `lab save`: what was changed in a device goes into the device's folder of the lab, nothing else.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { makeFolder } from "../fixture/folder.ts";
import { runLab, testLab, typeLab } from "./lab_fixture.ts";

testLab(
  "what was changed in a device goes back into the lab's folder, and comes again",
  async (name) => {
    await using labs = await makeFolder({
      "lab.conf": "pc1[0]=A\npc2[0]=A\n",
      "pc1.startup": "echo startup > /etc/of-startup\n",
      "pc1/etc/motd": "old\n",
      "pc1/etc/kept": "kept\n",
    });
    await Deno.chown(labs.dir, 4242, 4243);
    const lab = (...[command, ...words]: [string, ...string[]]) =>
      typeLab(labs.dir, [command, "--name", name, ...words]);
    await lab("up", "--keep");
    await lab(
      "exec",
      "pc1",
      "echo new > /etc/motd; mkdir -p /srv/a; echo 'a b' > '/srv/a/b c'; ln -s motd /etc/link; echo x > /etc/hosts; echo ls > /root/.bash_history",
    );
    const saved = await lab("save", "pc1");
    assert.equal(saved.reason, "success", describe(saved));
    assert.deepEqual(saved.stdout.trimEnd().split("\n").sort(), [
      "pc1/etc/link",
      "pc1/etc/motd",
      "pc1/srv/a/b c",
    ]);
    assert.equal(await Deno.readTextFile(`${labs.dir}/pc1/etc/motd`), "new\n");
    assert.equal((await Deno.stat(`${labs.dir}/pc1/srv/a/b c`)).uid, 4242);
    assert.match((await lab("save", "pc2")).stderr, /^Nothing has changed\.$/m);
    await lab("restart", "pc1");
    assert.equal((await lab("exec", "pc1", "cat", "/srv/a/b c")).stdout, "a b\n");
    await lab("down");
  },
);

/**
 * Puts a program in the place of the device's tar. Its archive has a name that leads out of the
 * folder, an absolute one, a link that leads out, a file behind that link, and a FIFO.
 */
const FORGE = `
mkdir -p /tmp/a/in /tmp/a/etc && cd /tmp/a && mkfifo fifo && echo x | tee x in/x >etc/forged
ln -s ../../.. out
{ /usr/bin/tar -P --transform 's,^x$,../escaped,' -cf - x
  /usr/bin/tar -P --transform 's,^x$,/escaped,' -cf - x
  /usr/bin/tar --transform 's,^in,out,' -cf - out fifo in/x etc/forged; } >/tmp/forged.tar
printf '#!/bin/sh\\ncat >/dev/null; cat /tmp/forged.tar\\n' >/usr/local/sbin/tar
chmod +x /usr/local/sbin/tar
`;

testLab("no link, name or archive leads a saved file out of the device's folder", async (name) => {
  await using labs = await makeFolder({
    "lab.conf": "pc1[0]=A\npc2[0]=A\npc3[0]=A\n",
    "pc1/etc/motd": "old\n",
    "common/file": "common\n",
    "pc3/etc/motd": "old\n",
  });
  await Deno.mkdir(`${labs.dir}/pc1/srv`);
  await Deno.symlink("../../common", `${labs.dir}/pc1/srv/way`);
  const up = await runLab(name, labs.dir, "--keep", "--nodes", "1");
  assert.equal(up.reason, "success", describe(up));
  const changes = [
    "echo new >/srv/way/file; echo new >/etc/motd; chmod 4755 /etc/motd; mkfifo /etc/fifo",
    "ln -s ../../../../etc/passwd /etc/out; ln -s /etc/passwd /etc/absolute; ln -s motd /etc/in",
    "rm -rf /home /var/www; ln -s / /home; ln -s /etc /var/www",
  ];
  await runLab(name, "exec", "pc1", changes.join("; "));
  const saved = await runLab(name, "save", "pc1");
  assert.equal(saved.reason, "success", describe(saved));
  assert.deepEqual(saved.stdout.trimEnd().split("\n").sort(), ["pc1/etc/in", "pc1/etc/motd"]);
  assert.deepEqual(saved.stderr.trimEnd().split("\n").sort(), [
    `2 files saved in ${labs.dir}`,
    "pc1/etc/absolute is left: it is a link to /etc/passwd",
    "pc1/etc/fifo is left: it is neither a file nor a link",
    "pc1/etc/out is left: it is a link to ../../../../etc/passwd",
    "pc1/srv/way/file is left: srv/way is a link in the lab's folder",
  ]);
  assert.equal(await Deno.readTextFile(`${labs.dir}/common/file`), "common\n");
  assert.equal((await Deno.stat(`${labs.dir}/pc1/etc/motd`)).mode! & 0o7777, 0o755);

  await runLab(name, "exec", "pc2", "bash", "-c", FORGE);
  const forged = await runLab(name, "save", "pc2");
  assert.doesNotMatch(forged.stdout, /escaped|out|fifo/);
  const found = await run({
    argv: ["find", labs.dir, "/escaped", "-name", "escaped", "-o", "-type", "p"],
  });
  assert.equal(found.stdout, "", "something came out of the device's folder");

  await Deno.rename(`${labs.dir}/pc3`, `${labs.dir}/other`);
  await Deno.symlink("other", `${labs.dir}/pc3`);
  await runLab(name, "exec", "pc3", "echo new >/etc/motd");
  assert.match(
    (await runLab(name, "save", "pc3")).stderr,
    /^Cannot save into \S+pc3: it is no folder$/m,
  );
  assert.equal(await Deno.readTextFile(`${labs.dir}/other/etc/motd`), "old\n");
  await runLab(name, "down");
});
