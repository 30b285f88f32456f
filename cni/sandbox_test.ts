// Which namespaces CNI_NETNS may name, with a stat(1) that a test has written.
import assert from "node:assert/strict";
import { run } from "../shared/process/exec.ts";
import type { CheckedCall } from "./checked_call.ts";
import { refuseNetns } from "./sandbox.ts";

const NETNS = "/run/netns/pod";

/** A call of a process that may not look at namespaces by itself. */
function callWith(script: string): CheckedCall {
  const host = {
    nodeNetns: "/proc/self/ns/net",
    stat: () => Promise.resolve("unknown"),
    run: (command: Parameters<typeof run>[0]) =>
      run({ ...command, argv: ["sh", "-c", script, "sh"] }),
  };
  return { environment: { netns: NETNS, netnsOverride: false }, host } as unknown as CheckedCall;
}

const OWN = "echo 1 8124 /proc/self/ns/net";

Deno.test("a namespace that stat does not tell of does not exist", async () => {
  await assert.rejects(
    refuseNetns(callWith(`${OWN}; exit 1`), undefined),
    /^FaultError: Cannot enter CNI_NETNS \/run\/netns\/pod: it does not exist$/,
  );
});

Deno.test("a stat that was killed has told of no namespace that it does not exist", async () => {
  await assert.rejects(
    refuseNetns(callWith(`${OWN}; kill -KILL $$`), undefined),
    /^FaultError: Cannot look at \/run\/netns\/pod: .* was ended by SIGKILL$/,
  );
});
