// Hints can be typed: a program on the PATH goes by its name, any other by its path or by npx.
import assert from "node:assert/strict";
import { makeFolder } from "../../tests/fixture/folder.ts";
import { ROOT } from "../../tools/checkout.ts";
import { nameSelf } from "./self.ts";

Deno.test("an executable is called by its name where the PATH leads to it", async () => {
  await using bin = await makeFolder({ "lab!": "", "other/lab!": "" });
  const start = { standalone: true, executable: `${bin.dir}/lab`, cwd: "/" };
  assert.equal(nameSelf({ ...start, env: { PATH: `/nosuch:${bin.dir}` } }), "lab");
  assert.equal(nameSelf({ ...start, env: { PATH: `${bin.dir}/other` } }), `${bin.dir}/lab`);
  const sudo = { PATH: bin.dir, SUDO_USER: "me" };
  assert.equal(nameSelf({ ...start, env: sudo }), "sudo lab");
});

Deno.test("from source, Deno is called as it was found, npx's own copy by npx", async () => {
  await using bin = await makeFolder({ "deno!": "", "_npx/1/node_modules/.bin/deno!": "" });
  const start = { standalone: false, executable: "/nosuch/deno", cwd: ROOT };
  const own = `${bin.dir}/_npx/1/node_modules/.bin`;
  assert.equal(nameSelf({ ...start, env: { PATH: bin.dir } }), "deno task lab");
  const npx = `npx -y deno@${Deno.version.deno}`;
  assert.equal(nameSelf({ ...start, env: { PATH: own } }), `${npx} task lab`);
  assert.equal(
    nameSelf({ ...start, cwd: "/", env: { PATH: own } }),
    `${npx} task --config ${ROOT}/deno.json lab`,
  );
});
