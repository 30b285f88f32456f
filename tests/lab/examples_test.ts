// Every example comes to what its own lab.check says.
import assert from "node:assert/strict";
import type { Report } from "../../lab/report/report.ts";
import { mapAtMost } from "../../lab/pool.ts";
import { describe } from "../../shared/process/command.ts";
import { ROOT } from "../../tools/checkout.ts";
import { listImpossibleExamples } from "../fixture/kernel_features.ts";
import { runLab, testLab } from "./lab_fixture.ts";

const EXAMPLES = `${ROOT}/lab/examples`;
/** A lab waits more than it works. */
const LABS_AT_A_TIME = 4;

const impossible = Deno.uid() === 0 ? await listImpossibleExamples() : [];
const but = impossible.length === 0
  ? ""
  : ` (not ${impossible.join(", ")}: this kernel lacks what they need, see deno task kernels)`;

testLab(`every example of lab/examples holds its checks${but}`, async (name) => {
  const entries = await Array.fromAsync(Deno.readDir(EXAMPLES));
  const examples = entries.filter(({ isDirectory }) => isDirectory).map((entry) => entry.name);
  const readme = await Deno.readTextFile(`${EXAMPLES}/README.md`);
  for (const example of examples) assert.ok(readme.includes(`\`${example}\``), example);
  const possible = examples.filter((example) => !impossible.includes(example)).sort();
  await mapAtMost(LABS_AT_A_TIME, possible, async (example) => {
    const done = await runLab(
      `${name}-${example}`.slice(0, 32),
      `${EXAMPLES}/${example}`,
      "--install",
      "--json",
    );
    assert.equal(done.reason, "success", describe(done) + done.stdout);
    const { expectations }: Report = JSON.parse(done.stdout);
    assert.ok(expectations.length > 0 || example === "two-pcs", `${example} checks nothing`);
  });
});
