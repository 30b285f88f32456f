// Which lines with passwords FRR is given apart from the rest of its configuration.
import assert from "node:assert/strict";
import { hidePasswords, planPasswords } from "./passwords.ts";

const config = (as: number, ...lines: string[]) =>
  [`router bgp ${as}`, ...lines.map((line) => ` neighbor ${line}`), "exit", ""].join("\n");
const GROUP = "reflectors peer-group";
const OLD = "reflectors password old";
const NEW = "reflectors password new#!";

const CASES: readonly [what: string, running: string, written: string, plan: string][] = [
  ["no password at all", config(1, GROUP), config(1, GROUP), ""],
  ["the same one", config(1, GROUP, OLD), config(1, GROUP, OLD), ""],
  ["no BGP yet", "", config(1, GROUP, NEW), config(1, GROUP, NEW)],
  ["another one", config(1, GROUP, OLD), config(1, GROUP, NEW), config(1, NEW)],
  [
    "none any more",
    config(1, GROUP, OLD),
    config(1, GROUP),
    "router bgp 1\n no neighbor reflectors password\nexit\n",
  ],
  [
    "a neighbor's own, as earlier versions gave it",
    config(1, "10.0.0.1 remote-as 1", "10.0.0.1 password old"),
    config(1, GROUP, NEW),
    "router bgp 1\n no neighbor 10.0.0.1 password\n neighbor reflectors peer-group\n" +
    " neighbor reflectors password new#!\nexit\n",
  ],
  [
    "another AS",
    config(1, GROUP, OLD),
    config(2, GROUP, OLD),
    `no router bgp 1\n${config(2, GROUP, OLD)}`,
  ],
];

for (const [what, running, written, plan] of CASES) {
  Deno.test(`passwords: ${what}`, () =>
    assert.equal(planPasswords(running, written).join("\n"), plan.trimEnd()));
}

Deno.test("what a program says is told without the password", () => {
  const said = "line 3: % Unknown command:  neighbor reflectors password new#!";
  assert.equal(
    hidePasswords(said, config(1, GROUP, NEW)),
    "line 3: % Unknown command:  neighbor reflectors password (password)",
  );
  assert.equal(hidePasswords(said, config(1, GROUP)), said);
});
