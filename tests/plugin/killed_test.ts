// A plugin is killed at any of its system calls: the next calls succeed, and nothing is left of it.
import assert from "node:assert/strict";
import { BareNode, LANS } from "../fixture/bare_node.ts";
import { type Call, callPlugin, codeOf } from "../fixture/calls.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { inject } from "../fixture/strace.ts";

/** Between two of these calls nothing changes that another process could see. */
const SEEN = "write,close,flock,clone,clone3,vfork,epoll_wait";
/** The plugin is killed at every third call, and in another run at others. */
const STRIDE = 3;

for (const verb of ["ADD", "DEL"]) {
  testAsRoot(
    `${verb} is killed at its system calls, one after the other: nothing is left`,
    async () => {
      await using node = await BareNode.start();
      const [, netns = ""] = await node.addPods("pod", "other");
      const other = { container: "c2", netns };
      const succeed = async (...calls: Call[]) => {
        for (const call of calls) assert.equal(codeOf(await callPlugin(node, call)), 0);
      };
      await succeed({ verb: "ADD" }, { verb: "DEL" });
      const halfway = new Set<string>();
      // First the LAN is the call's alone, then another one's, too.
      for (const isShared of [false, true]) {
        if (isShared) await succeed({ verb: "ADD", ...other });
        const before = await node.observe();
        for (
          let at = 1 + Math.floor(Math.random() * STRIDE), isOver = false;
          !isOver;
          at += STRIDE
        ) {
          if (verb === "DEL") await succeed({ verb: "ADD" });
          const wrapper = inject(`${SEEN}:signal=KILL:when=${at}`, "alone");
          isOver = (await callPlugin(node, { verb }, wrapper)).exitCode === 0;
          halfway.add(`${(await node.devices(LANS)).length}`);
          await succeed({ verb: "DEL" });
          assert.deepEqual(await node.observe(), before, `killed at ${at}`);
        }
      }
      assert.ok(
        halfway.size > 2,
        `the devices were ${[...halfway]}: too few were killed in between`,
      );
      await succeed({ verb: "ADD" }, { verb: "DEL" }, { verb: "DEL", ...other });
    },
  );
}
