// A plugin is killed at any of its system calls: the next calls succeed, and nothing is left of it.
import assert from "node:assert/strict";
import { BareNode, LANS } from "../fixture/bare_node.ts";
import { type Call, callPlugin, codeOf } from "../fixture/calls.ts";
import { BE_OLDER, IS_OLDER } from "../fixture/older_kernel.ts";
import { testAsRoot } from "../fixture/privileged.ts";
import { oneInSoMany } from "../fixture/slow_machine.ts";
import { FORKS, inject } from "../fixture/strace.ts";

/**
 * At these calls what another process can see changes: what the plugin says to others, programs
 * that it starts, what it waits for, and locks and pipes that it lets go. strace counts each name
 * by itself, so the plugin is killed at calls of one name, and then of the next: at each of them,
 * or at one in so many, where most are of no weight or the machine is slow. What a call leaves
 * halfway is read at its writes, one after the other.
 */
const SEEN = [
  ["epoll_wait", oneInSoMany()],
  [FORKS, oneInSoMany()],
  ["close", 9 * oneInSoMany()],
] as const;

/**
 * How often writes are gone through until each state was met. "2+1" lasts for a single write. The
 * runtime wakes itself by writes, too, now and then one more or one less: then all writes behind it
 * have other numbers than in the run before, and the one that is looked for is passed over.
 */
const MOST_PASSES = 8;

/**
 * How many devices a killed call leaves in the LAN namespace, and in the node's: none but lo, a
 * bridge, its VXLAN device, one port or two. Before Linux 6.15 the VXLAN device is in the node's
 * namespace first, alone. The LAN is the call's alone, or another one's, too.
 */
const LEFT_BY_ADD = { alone: ["1+0", "2+0", "3+0", "4+0"], shared: ["4+0", "5+0"] };
const LEFT_BY_OLDER_ADD = { ...LEFT_BY_ADD, alone: [...LEFT_BY_ADD.alone, "2+1"] };
const LEFT_BY_DEL = { alone: ["1+0", "4+0"], shared: ["4+0", "5+0"] };

const ROWS = [
  ...IS_OLDER ? [] : [{ verb: "ADD", where: "", older: false, left: LEFT_BY_ADD }],
  { verb: "ADD", where: " before Linux 6.15", older: true, left: LEFT_BY_OLDER_ADD },
  { verb: "DEL", where: "", older: false, left: LEFT_BY_DEL },
] as const;

for (const { verb, where, older, left } of ROWS) {
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
      /** Answers what was left halfway. */
      const killAtEach = async (seen: string, stride: number) => {
        const halfway = new Set<string>();
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
        return halfway;
      };
      for (const whose of ["alone", "shared"] as const) {
        if (whose === "shared") await succeed({ verb: "ADD", ...other });
        let halfway = new Set<string>();
        for (let pass = 1; pass <= MOST_PASSES && halfway.size < left[whose].length; pass++) {
          halfway = halfway.union(await killAtEach("write", 1));
        }
        assert.deepEqual(halfway, new Set(left[whose]), whose);
        for (const [seen, stride] of SEEN) await killAtEach(seen, stride);
      }
      await succeed({ verb: "ADD" }, { verb: "DEL" }, { verb: "DEL", ...other });
    },
  );
}
