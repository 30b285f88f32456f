// GTSM is refused on each FRR that was not seen to enforce it.
import assert from "node:assert/strict";
import { refuseTtlSecurity } from "./ttl_security.ts";

const answer = (version: string) =>
  `bgpd version ${version}\nCopyright 1996-2005 Kunihiro Ishiguro`;

Deno.test("FRR 10.3 and later may count hops", () => {
  for (const version of ["10.3", "10.3.1-dev", "10.7.1", "10.10", "11.0"]) {
    assert.equal(refuseTtlSecurity(answer(version)), undefined, version);
  }
});

Deno.test("an older FRR is refused with the reason, and so is one that does not say its version", () => {
  for (const version of ["8.4.4", "9.1", "10.2.1"]) {
    assert.equal(
      refuseTtlSecurity(answer(version)),
      `FRR is ${version}, which takes packets from any distance; it must be 10.3 or later`,
    );
  }
  assert.equal(refuseTtlSecurity(""), 'the version of FRR is ""; it must be a number');
});
