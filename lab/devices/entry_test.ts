// Every command in a device gets its environment and its limits.
import assert from "node:assert/strict";
import { WITH_CAPABILITIES } from "../confinement/capabilities.ts";
import { confine } from "../confinement/confine.ts";
import { entryOf } from "./entry.ts";

Deno.test("the way into a device is confined, leads through its node, and ends with its own variables", () => {
  const confinement = { seccomp: true, procs: ["/sys/fs/cgroup/x/cgroup.procs"] };
  const { argv, env } = entryOf({ pid: 7 }, 42, {
    confinement,
    env: { HOME: "/home", GREETING: "hi" },
    limits: ["--nofile=1:2"],
  });
  const namespaces = ["--mount", "--net", "--uts", "--ipc", "--pid"];
  assert.deepEqual(argv, [
    ...["env", "--ignore-signal=TSTP"],
    ...confine(confinement),
    ...["prlimit", "--nofile=1:2"],
    ...["nsenter", "--target=7", ...namespaces],
    ...["nsenter", "--target=42", "--user", ...namespaces, "--"],
    ...WITH_CAPABILITIES,
    ...["env", "--default-signal=TSTP", "HOME=/home", "GREETING=hi"],
  ]);
  // A lab's LD_PRELOAD, say, would be code with the machine's rights.
  assert.deepEqual([env.HOME, env.GREETING, env.USER], ["/root", undefined, "root"]);
});
