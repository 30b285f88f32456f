// FRR takes each line of the examples' frr.conf, also where the kernel lacks what they need.
import assert from "node:assert/strict";
import { run } from "../../shared/process/exec.ts";
import { ROOT } from "../../tools/checkout.ts";
import { testAsRoot } from "../fixture/privileged.ts";

const EXAMPLES = `${ROOT}/lab/examples`;

testAsRoot("every frr.conf of lab/examples is one that vtysh can read to its end", async () => {
  const found = await run({ argv: ["find", EXAMPLES, "-name", "frr.conf"] });
  const files = found.stdout.trim().split("\n");
  assert.ok(files.includes(`${EXAMPLES}/mpls-ldp/p/etc/frr/frr.conf`), found.stdout);
  const read = await Promise.all(
    files.map(async (file) => ({ file, ...await run({ argv: ["vtysh", "-C", "-f", file] }) })),
  );
  for (const { file, reason, stdout, stderr } of read) {
    assert.equal(reason, "success", `${file}: ${stdout}${stderr}`);
  }
});
