// Which libraries are in a program.
import assert from "node:assert/strict";
import { findLibraries, type ModuleInfo } from "./notices.ts";

const library = (name: string, ...dependencies: string[]) => ({
  ...{ name, version: "1.0.0", dependencies, localPath: `/cache/${name}` },
});

Deno.test("a library is there once, with those that it needs, and no other one of the lock", () => {
  const npmPackages = {
    "b@1.0.0": library("b", "a@1.0.0"),
    "a@1.0.0": library("a", "b@1.0.0"),
    "test-only@1.0.0": library("test-only"),
  };
  const info: ModuleInfo = {
    modules: [{ kind: "esm" }, { kind: "npm", npmPackage: "b@1.0.0" }],
    npmPackages,
  };
  assert.deepEqual(findLibraries([info, info]).map(({ name }) => name), ["a", "b"]);
});
