// Which packages count as missing, and what is said where they cannot be installed.
import assert from "node:assert/strict";
import { missingPackages, selectMissing } from "./debian.ts";

Deno.test("a package is missing unless dpkg has it as wanted and installed", () => {
  const answer = "iproute2 ii \nfrr rc \nbash ii \ntini un \n";
  assert.deepEqual(selectMissing(["iproute2", "frr", "tini", "unheard-of", "bash"], answer), [
    "frr",
    "tini",
    "unheard-of",
  ]);
});

Deno.test("dpkg is asked about known and unknown packages at once", async () => {
  assert.deepEqual(await missingPackages(["dpkg", "no-such-package-here"]), [
    "no-such-package-here",
  ]);
});
