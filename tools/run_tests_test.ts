// The closing line that is read out of Deno's JUnit report.
import assert from "node:assert/strict";
import { count, listFailed, pickRootTests, render, sum } from "./run_tests.ts";

// Deno 2.9.6 writes it so.
const report = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="4" failures="1" errors="0" time="0.008">
    <testsuite name="./a_test.ts" tests="4" disabled="1" errors="0" failures="1">
        <testcase name="good &lt;b&gt;" classname="./a_test.ts" time="0.002" line="1" col="6">
        </testcase>
        <testcase name="good &gt; step" classname="./a_test.ts" time="0.002" line="1" col="6"/>
        <testcase name="bad &amp; &quot;odd&quot;" classname="./a_test.ts" time="0.001" line="2" col="6">
            <failure message="Uncaught Error: &lt;skipped&gt;
is not">Error: &lt;skipped&gt;
is not
    at check (file:///of/tests/fixture/check.ts:9:9)
    at async file:///of/tests/lan/a_test.ts:2:32</failure>
        </testcase>
        <testcase name="ignored" classname="./a_test.ts" time="0.000" line="3" col="6">
            <skipped/>
        </testcase>
    </testsuite>
</testsuites>`;

Deno.test("passed, failed and skipped tests are counted", () => {
  assert.equal(render(count(report, 1)), "2 passed, 1 failed, 1 skipped");
});

Deno.test("a run that ends badly without a report is a failure", () => {
  assert.equal(render(count("", 1)), "0 passed, 1 failed, 0 skipped");
});

Deno.test("failed tests are listed by place and name, with why", () => {
  assert.deepEqual(listFailed(report), ['lan/a_test.ts:2: bad & "odd": Error: <skipped> is not']);
  const elsewhere = report.replace("lan/a_test.ts:2:32", "lan/a.ts:2:32");
  assert.deepEqual(listFailed(elsewhere), ['./a_test.ts: bad & "odd": Error: <skipped> is not']);
  assert.deepEqual(listFailed(""), []);
});

Deno.test("a run without tests is none", () => {
  assert.equal(render(count("", 0)), "0 passed, 0 failed, 0 skipped");
});

Deno.test("the last line counts the tests of all passes", () => {
  const all = [count(report, 1), count("", 1), count(report, 1)];
  assert.equal(render(sum(all)), "4 passed, 3 failed, 2 skipped");
});

Deno.test("on another Debian FRR's tests run where its FRR is one that the manager can run", () => {
  for (const version of ["8.4", "8.4.4", "9.0", "10.3", "10.7.1"]) {
    assert.deepEqual(pickRootTests(`bgpd version ${version}\nCopyright 1996-2005\n`), {
      tests: ["plugin/", "wire_", "manager/worker_"],
    });
  }
  const left = (printed: string) => {
    const { tests, leftOut } = pickRootTests(printed);
    assert.deepEqual(tests, ["plugin/"]);
    return leftOut;
  };
  const what = "tests/wire_*, tests/manager/worker_*, because";
  assert.equal(left("bgpd version 7.5.1\n"), `${what} FRR is 7.5.1, and the manager needs 8.4`);
  assert.equal(left("bgpd version 8.3\n"), `${what} FRR is 8.3, and the manager needs 8.4`);
  assert.equal(left(""), `${what} no bgpd runs there, and the manager needs 8.4`);
});
