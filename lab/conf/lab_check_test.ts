// Lines of lab.check, right and wrong.
import assert from "node:assert/strict";
import { parseLabCheck, parsePingRules } from "./lab_check.ts";

const devices = new Set(["pc1", "r-2"]);

Deno.test("a line of lab.check is a device, seconds and the rest, which is left as it is", () => {
  const text =
    "# comment\r\n\r\n  pc1 30 ping -c 1 10.0.0.2\r\nr-2\t5  vtysh -c 'show  x' # | grep y\n";
  assert.deepEqual(parseLabCheck(text, devices), [
    { device: "pc1", seconds: 30, command: "ping -c 1 10.0.0.2" },
    { device: "r-2", seconds: 5, command: "vtysh -c 'show  x' # | grep y" },
  ]);
});

Deno.test("a wrong line of lab.check is refused with its number", () => {
  const cases = [
    ["pc1 ping", /^lab\.check:2: .*not DEVICE SECONDS COMMAND/],
    ["pc1 30", /^lab\.check:2: .*not DEVICE SECONDS COMMAND/],
    ["pc9 30 true", /^lab\.check:2: .*pc9 is no device/],
  ] as const;
  for (const [line, message] of cases) {
    assert.throws(() => parseLabCheck(`\n${line}`, devices), { message });
  }
});

Deno.test("pairs may be meant to be apart, and neighbours not to be pinged", () => {
  const text = "no-pings\n no-ping pc1 r-2\r\npc1 5 true\n";
  assert.deepEqual(parsePingRules(text, devices), { pinged: false, separate: [["pc1", "r-2"]] });
  assert.deepEqual(parseLabCheck(text, devices), [{ device: "pc1", seconds: 5, command: "true" }]);
  assert.deepEqual(parsePingRules("pc1 5 true\n", devices), { pinged: true, separate: [] });
});

Deno.test("a pair with a stranger is refused with its line; a device may be called no-ping", () => {
  assert.throws(() => parsePingRules("\nno-ping pc1 pc9", devices), {
    message: /^lab\.check:2: .*pc9 is no device/,
  });
  const named = new Set(["no-ping"]);
  assert.equal(parseLabCheck("no-ping 5 true", named).length, 1);
  assert.deepEqual(parsePingRules("no-ping 5 true", named).separate, []);
});
