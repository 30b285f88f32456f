// Every command in a device gets its environment and its limits.
import assert from "node:assert/strict";
import { entryOf } from "./entry.ts";

Deno.test("the way into a device leads through its node, and its environment over the usual one", () => {
  const { argv, env } = entryOf({ pid: 7 }, 42, {
    env: { HOME: "/home", GREETING: "hi" },
    limits: ["--nofile=1:2"],
  });
  const namespaces = ["--mount", "--net", "--uts", "--ipc", "--pid"];
  assert.deepEqual(argv, [
    ...["nsenter", "--target=7", ...namespaces],
    ...["nsenter", "--target=42", ...namespaces],
    ...["prlimit", "--nofile=1:2"],
  ]);
  assert.deepEqual([env.HOME, env.GREETING, env.USER], ["/home", "hi", "root"]);
});
