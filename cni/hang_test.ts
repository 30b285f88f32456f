// An `ip` that never answers: the call still ends within its time, with "try again later".
import assert from "node:assert/strict";
import { BareNode } from "../tests/fixture/bare_node.ts";
import { type Call, CODE, codeOf } from "../tests/fixture/calls.ts";
import { failAt } from "../tests/fixture/faulty_host.ts";
import { callHere, hostOf, type NodeHost } from "../tests/fixture/node_host.ts";
import { RELEASES } from "../tests/fixture/older_kernel.ts";
import { testAsRoot } from "../tests/fixture/privileged.ts";
import { scaleTime } from "../tests/fixture/scale_time.ts";
import { answer } from "./call.ts";

/** How much faster time goes for what is started here. */
const HURRY = 50;
/** What is left for undoing when the time is over. */
const UNDO_MS = 5_000;
/** A launcher waits no longer than a minute for the answer (`ANSWER_LIMIT_S`). */
const MAX_MS = 60_000;

const call = (host: NodeHost, call: Call) => callHere(answer, host, call);

/**
 * A host on which a call has a fiftieth of its time, except for undoing. `limits` are the time
 * limits (ms) of the sessions that were begun.
 */
function hurry(host: NodeHost): { hurried: NodeHost; limits: number[] } {
  const limits: number[] = [];
  const shorten = <Command extends { timeoutMs?: number }>(command: Command) => {
    const { timeoutMs = NaN } = command;
    limits.push(timeoutMs);
    return { ...command, timeoutMs: timeoutMs > UNDO_MS ? timeoutMs / HURRY : timeoutMs };
  };
  const hurried = {
    ...host,
    // The clock goes as the limits do.
    now: () => host.now() * HURRY,
    converse: (command: Parameters<NodeHost["converse"]>[0]) => host.converse(shorten(command)),
  };
  return { hurried, limits };
}

testAsRoot(
  "an ip that never answers is given up in time: code 11, and nothing is made",
  async () => {
    await using node = await BareNode.start();
    await node.addPods("pod");
    const host = hostOf(node);
    const before = await node.observe();
    const ip = (await node.run(["readlink", "-f", "/usr/sbin/ip"])).trim();
    await node.run(["sh", "-c", "printf '#!/bin/sh\nexec sleep 1000' >/run/ip; chmod +x /run/ip"]);
    await node.run(["mount", "--bind", "/run/ip", ip]);
    const { hurried, limits } = hurry(host);
    for (const verb of ["ADD", "DEL"]) {
      const reply = await call(hurried, { verb });
      assert.equal(codeOf(reply), CODE.tryLater, reply.stdout);
    }
    assert.ok(limits.length > 0 && limits.every((ms) => ms <= 50_000), `${limits}`);
    await node.run(["umount", ip]);
    assert.deepEqual(await node.observe(), before);
  },
);

testAsRoot(
  "on a slow machine a call's limits are scaled by what waits, and only there",
  async () => {
    await using node = await BareNode.start();
    await node.addPods("pod");
    const { hurried, limits } = hurry(hostOf(node));
    const lock: NodeHost["lock"] = (path, options) => {
      limits.push(options.timeoutMs);
      return hurried.lock(path, options);
    };
    using _slow = scaleTime(20);
    assert.equal(codeOf(await call({ ...hurried, lock }, { verb: "ADD" })), 0);
    assert.ok(limits.length > 1 && limits.every((ms) => ms <= 50_000), `${limits}`);
  },
);

/**
 * The changes that hang: what makes the VXLAN device, and the pod's interface. A call whose last
 * one hangs begins so many sessions: those that it needs, and one for undoing.
 */
const HANGS = {
  "6.15.0": { vxlan: [3], pair: 6, sessions: 2 },
  "6.14.11": { vxlan: [3, 4], pair: 8, sessions: 3 },
} as const;

for (const kernelRelease of RELEASES) {
  testAsRoot(
    `an ip that hangs at a change is undone, and not waited for once more: ${kernelRelease}`,
    async () => {
      await using node = await BareNode.start();
      await node.addPods("pod");
      const host = { ...hostOf(node), kernelRelease };
      const { vxlan, pair, sessions } = HANGS[kernelRelease];
      for (const verb of ["ADD", "DEL"]) assert.equal(codeOf(await call(host, { verb })), 0);
      const nothing = await node.observe();
      for (const step of [...vxlan, pair]) {
        const { hurried } = hurry(host);
        const reply = await call(failAt(hurried, "hung", step), { verb: "ADD" });
        assert.equal(codeOf(reply), CODE.tryLater, reply.stdout);
        assert.deepEqual(await node.observe(), nothing, `step ${step}`);
      }
      const { hurried, limits } = hurry(host);
      const reply = await call(failAt(hurried, "hung", pair, Infinity), { verb: "ADD" });
      assert.equal(codeOf(reply), CODE.tryLater, reply.stdout);
      const last = limits.at(-1) ?? NaN;
      assert.ok(last + 50_000 < MAX_MS && limits.length === sessions, `${limits}`);
      assert.equal(codeOf(await call(host, { verb: "DEL" })), 0);
      assert.deepEqual(await node.observe(), nothing);
    },
  );
}
