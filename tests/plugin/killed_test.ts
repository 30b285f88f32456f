// A plugin is killed at any of its system calls: the next calls succeed, and nothing is left of it.
import assert from "node:assert/strict";
import { birthplaceOn } from "../../shared/lan/unborn_vxlan.ts";
import { BareNode, LANS } from "../fixture/bare_node.ts";
import { type Call, callPlugin, codeOf } from "../fixture/calls.ts";
import { BE_OLDER } from "../fixture/older_kernel.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { oneInSoMany } from "../fixture/slow_machine.ts";
import { FORKS, inject } from "../fixture/strace.ts";

/**
 * At these calls what another process can see changes: what the plugin says to others, programs
 * that it starts, what it waits for, and locks and pipes that it lets go. strace counts each name
 * by itself, so the plugin is killed at calls of one name, and then of the next: at each of them,
 * or at one in so many, where most are of no weight or the machine is slow. What a call leaves
 * halfway is read at its writes: none of them is passed over.
 */
const SEEN = [
  ["write", 1],
  ["epoll_wait", oneInSoMany()],
  [FORKS, oneInSoMany()],
  ["close", 9 * oneInSoMany()],
] as const;

const IS_OLDER = birthplaceOn(Deno.osRelease()) === "node";

/**
 * How many devices a killed call leaves in the LAN namespace, and in the node's: none but lo, a
 * bridge, its VXLAN device, one port or two. Before Linux 6.15 the VXLAN device is in the node's
 * namespace first.
 */
const ROWS = [
  { verb: "ADD", where: "", older: IS_OLDER },
  ...IS_OLDER ? [] : [{ verb: "ADD", where: " before Linux 6.15", older: true }],
  { verb: "DEL", where: "", older: undefined },
] as const;

const LEFT_BY_ADD = ["1+0", "2+0", "3+0", "4+0", "5+0"];
const LEFT_BY_DEL = ["1+0", "4+0", "5+0"];

for (const { verb, where, older } of ROWS) {
  testAsRoot(
    `${verb}${where} is killed at its system calls, one after the other: nothing is left`,
    async () => {
      await using node = await BareNode.start();
      if (older) await node.run(BE_OLDER);
      const [, netns = ""] = await node.addPods("pod", "other");
      const other = { container: "c2", netns };
      const succeed = async (...calls: Call[]) => {
        for (const call of calls) assert.equal(codeOf(await callPlugin(node, call)), 0);
      };
      await succeed({ verb: "ADD" }, { verb: "DEL" });
      const ofNode = (await node.devices()).length;
      const halfway = new Set<string>();
      const killAtEach = async (seen: string, stride: number) => {
        const before = await node.observe();
        const first = 1 + Math.floor(Math.random() * stride);
        for (let at = first, isOver = false; !isOver; at += stride) {
          if (verb === "DEL") await succeed({ verb: "ADD" });
          const wrapper = inject(`${seen}:signal=KILL:when=${at}`, "alone");
          isOver = (await callPlugin(node, { verb }, wrapper)).exitCode === 0;
          const unborn = (await node.devices()).length - ofNode;
          // Killed before it has written, it leaves no work to a program that it has started. At
          // the other calls such a program may be at work still.
          if (seen === "write") {
            halfway.add(`${(await node.devices(LANS)).length}+${unborn}`);
          }
          await succeed({ verb: "DEL" });
          assert.deepEqual(await node.observe(), before, `killed at ${seen} ${at}`);
        }
      };
      // First the LAN is the call's alone, then another one's, too.
      for (const isShared of [false, true]) {
        if (isShared) await succeed({ verb: "ADD", ...other });
        for (const [seen, stride] of SEEN) await killAtEach(seen, stride);
      }
      const left = verb === "DEL" ? LEFT_BY_DEL : LEFT_BY_ADD;
      assert.deepEqual(halfway, new Set(older ? [...left, "2+1"] : left));
      await succeed({ verb: "ADD" }, { verb: "DEL" }, { verb: "DEL", ...other });
    },
  );
}
