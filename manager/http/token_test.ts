// Whether a header has the token: all of it, alone, and in one header.
import assert from "node:assert/strict";
import { knowsToken, TOKEN } from "./token.ts";

const OURS = "0123456789abcdef-._~+/==";

const GIVEN: readonly [what: string, header: string | null, knows: boolean][] = [
  ["the token", `Bearer ${OURS}`, true],
  ["more blanks", `BEARER   ${OURS}  `, true],
  ["no header", null, false],
  ["an empty header", "", false],
  ["no token", "Bearer ", false],
  ["a prefix", `Bearer ${OURS.slice(0, -1)}`, false],
  ["one character", "Bearer 0", false],
  ["an end", `Bearer ${OURS.slice(1)}`, false],
  ["the token and more", `Bearer ${OURS}0`, false],
  ["another one of its length", `Bearer ${OURS.replace("0", "1")}`, false],
  ["other capitals", `Bearer ${OURS.toUpperCase()}`, false],
  ["256 characters", `Bearer ${"0".repeat(256)}`, false],
  ["more than a token may have", `Bearer ${"0".repeat(10_000)}`, false],
  ["letters that are not ASCII", `Bearer ${OURS.replace("a", "ä")}`, false],
  ["letters that look like ASCII", `Bearer ${OURS.replace("0", "０")}`, false],
  ["half a surrogate", `Bearer ${OURS}\ud800`, false],
  ["a zero byte behind it", `Bearer ${OURS}\0`, false],
  ["two headers, which are joined", `Bearer ${OURS}, Bearer ${OURS}`, false],
  ["another header before it", `Bearer x, Bearer ${OURS}`, false],
  ["another scheme", `Basic ${OURS}`, false],
  ["no scheme", OURS, false],
];

Deno.test("the token of this test may be one", () => assert.match(OURS, TOKEN));

for (const [what, header, knows] of GIVEN) {
  Deno.test(`${what}: ${knows ? "knows the token" : "does not know it"}`, () => {
    assert.equal(knowsToken(header, OURS), knows);
  });
}

Deno.test("two headers are one that does not know the token", () => {
  const headers = new Headers([
    ["authorization", `Bearer ${OURS}`],
    ["authorization", `Bearer ${OURS}`],
  ]);
  assert.equal(knowsToken(headers.get("authorization"), OURS), false);
});
