// `lab map`: the map of a lab that is up reaches a browser of this machine, and nothing is left.
import assert from "node:assert/strict";
import { describe } from "../../shared/process/command.ts";
import { converse } from "../../shared/process/exec.ts";
import { inCheckout, ROOT } from "../../tools/checkout.ts";
import { assertGone, LAB, listMachines, runLab, testLab } from "./lab_fixture.ts";

const TWO_PCS = `${ROOT}/lab/examples/two-pcs`;

/** What a stream says until it matches, or ends. */
async function readUntil(url: string, pattern: RegExp): Promise<string> {
  const { body } = await fetch(url);
  let said = "";
  for await (const part of body!.pipeThrough(new TextDecoderStream())) {
    said += part;
    if (pattern.test(said)) break;
  }
  return said;
}

testLab("the map of a lab is shown on this machine until Ctrl-C", async (name) => {
  const up = await runLab(name, TWO_PCS, "--keep");
  assert.equal(up.reason, "success", describe(up));
  assert.match(up.stderr, /Its live map: \S.* map/);
  const argv = inCheckout("setsid", LAB, "map", name);
  const talk = converse({ argv, timeoutMs: 180_000 });
  const address = await talk!.readLine("stdout") ?? "";
  const { origin, hash } = new URL(address);
  assert.equal(new URL(address).hostname, "127.0.0.1");
  assert.equal(hash, `#lab=${name}`);
  const page = await fetch(`${origin}/`);
  assert.match(await page.text(), /<title>Megalos: map<\/title>/);
  const script = await fetch(`${origin}/map.js`);
  assert.ok((await script.text()).length > 100_000);
  assert.match(await readUntil(`${origin}/events`, /"pod":"pc1"[^]*"pod":"pc2"/), /^retry: 1000\n/);

  Deno.kill(talk!.pid, "SIGINT");
  const done = await talk!.end();
  assert.equal(done.code, 0, describe(done));
  await assert.rejects(fetch(`${origin}/`));

  const machines = await listMachines(name);
  assert.equal((await runLab(name, "down")).reason, "success");
  await assertGone(name, machines);
  const none = await runLab(name, "map");
  assert.match(none.stderr, /^Cannot choose a lab: /);
});
