// Each Debian has a drive of its own, and a suite's name is one word.
import assert from "node:assert/strict";
import { isSuite, nameDrive } from "./root.ts";

Deno.test("the drives of two suites lie beside each other", async () => {
  const [old, young] = [await nameDrive("bookworm", "/c"), await nameDrive("forky", "/c")];
  assert.match(old, /^\/c\/root-bookworm-[0-9a-f]{8}[.]ext4$/);
  assert.equal(young, old.replace("bookworm", "forky"));
});

Deno.test("a suite is one word: no path, and no version of a kernel", () => {
  for (const suite of ["bullseye", "bookworm", "trixie", "forky", "sid"]) assert.ok(isSuite(suite));
  for (const other of ["", "../forky", ".cache/debian", "6.12", "forky sid", "--json"]) {
    assert.ok(!isSuite(other), other);
  }
});
