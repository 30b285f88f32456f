// Takes resources away from a node of a test: room in /run, memory of a process.
import type { Node } from "../../tests/fixture/cluster.ts";
import { eventually } from "../../tests/fixture/eventually.ts";
import limitMemory from "./limit_memory.sh" with { type: "text" };

/** Makes /run as large as what is in it, until it is disposed. */
export async function fillRun(node: Node): Promise<AsyncDisposable> {
  const used = await node.must("df", "--output=used", "/run");
  const kilobytes = Number(used.split("\n")[1]);
  await node.must("mount", "-o", `remount,size=${kilobytes}k`, "/run");
  return {
    async [Symbol.asyncDispose]() {
      await node.must("mount", "-o", "remount,size=50%", "/run");
    },
  };
}

/**
 * Has the kernel kill a process for its memory: the process gets no further page. Answers when the
 * process has ended.
 */
export async function exhaustMemory(node: Node, pid: string): Promise<void> {
  const group = (await node.must("sh", "-c", limitMemory, "sh", pid)).trim();
  try {
    await eventually(
      async () => {
        // bgpd needs memory to answer.
        await node.run(["vtysh", "-d", "bgpd", "-c", "show running-config"], { timeoutMs: 1_000 });
        return (await node.run(["kill", "-0", pid])).reason !== "success";
      },
      20,
      `process ${pid} lives on without memory`,
    );
  } finally {
    await node.must("rmdir", group);
  }
}
