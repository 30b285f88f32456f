// Takes resources away from a node of a test: room in /run, memory of a process.
import type { Node } from "../../tests/fixture/cluster.ts";
import { eventually } from "../../tests/fixture/eventually.ts";

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

// Arguments: process. Puts the process into a cgroup (v1 or v2) that may have no more memory, and
// prints the folder of that cgroup.
const LIMIT = `
set -e
if [ -d /sys/fs/cgroup/memory ]; then
  group=/sys/fs/cgroup/memory/megalos-faults-$$-$1
  limit=memory.limit_in_bytes
else
  group=/sys/fs/cgroup/megalos-faults-$$-$1
  limit=memory.max
fi
mkdir "$group"
echo 0 >"$group/$limit"
echo "$1" >"$group/cgroup.procs"
echo "$group"
`;

/**
 * Has the kernel kill a process for its memory: the process gets no further page. Answers when the
 * process has ended.
 */
export async function exhaustMemory(node: Node, pid: string): Promise<void> {
  const group = (await node.must("sh", "-c", LIMIT, "sh", pid)).trim();
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
