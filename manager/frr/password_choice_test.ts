// Which password is used while it changes, look by look.
import assert from "node:assert/strict";
import { scaleTime } from "../../tests/fixture/scale_time.ts";
import { choosePassword, startPasswords } from "./password_choice.ts";

/** Seconds, what the file says, whether there is a session, and what is used after the look. */
type Look = readonly [seconds: number, wanted: string | undefined, up: boolean, used?: string];
const REFLECTOR_MS = 150_000;

const CASES: readonly [
  what: string,
  delayMs: number | undefined,
  used: string | undefined,
  looks: readonly Look[],
][] = [
  ["a worker keeps a password that works", undefined, "old", [
    [1, "old", true, "old"],
    [2, "new", true, "old"],
    [500, "new", true, "old"],
  ]],
  ["a worker without a session tries both, in turn", undefined, "old", [
    [1, "new", true, "old"],
    [4, "new", false, "old"],
    [5, "new", false, "new"],
    [8, "new", false, "new"],
    [9, "new", false, "old"],
    [13, "new", false, "new"],
    [14, "new", true, "new"],
  ]],
  ["a worker that knows one password has no other to try", undefined, "one", [
    [9, "one", false, "one"],
    [19, "one", false, "one"],
  ]],
  ["a worker gets a password where there was none", undefined, undefined, [
    [1, "new", true],
    [9, "new", false, "new"],
  ]],
  ["a worker loses its password", undefined, "old", [
    [1, undefined, true, "old"],
    [9, undefined, false],
  ]],
  ["a reflector waits for its nodes", REFLECTOR_MS, "old", [
    [1, "new", true, "old"],
    [150, "new", false, "old"],
    [151, "new", true, "new"],
  ]],
  ["a reflector waits anew for a newer one", REFLECTOR_MS, "old", [
    [1, "new", true, "old"],
    [100, "newer", true, "old"],
    [200, "newer", true, "old"],
    [250, "newer", true, "newer"],
  ]],
];

for (const [what, delayMs, used, looks] of CASES) {
  Deno.test(`passwords: ${what}`, () => {
    using _usual = scaleTime(1);
    let passwords = startPasswords(used, used, 0);
    for (const [seconds, wanted, isInSession, expected] of looks) {
      passwords = choosePassword(passwords, { at: seconds * 1000, wanted, isInSession }, delayMs);
      assert.equal(passwords.used, expected, `at ${seconds} s`);
    }
  });
}

Deno.test("passwords: on a slow machine a worker tries each of them longer", () => {
  using _slow = scaleTime(3);
  const passwords = startPasswords("old", "new", 0);
  const usedAt = (at: number) =>
    choosePassword(passwords, { at, wanted: "new", isInSession: false }, undefined).used;
  assert.deepEqual([usedAt(11_999), usedAt(12_000)], ["old", "new"]);
});
