// STATUS: whether an ADD could succeed now.
import { type Fault, FaultError } from "../shared/faults.ts";
import { hasNetns } from "../shared/lan/lan_netns.ts";
import { readNode, readUnderlay } from "./node.ts";
import type { Request } from "./request.ts";

export async function status(request: Request): Promise<undefined> {
  const { managed, ports } = request;
  try {
    const node = await readNode(request);
    await readUnderlay(node, undefined, ports);
    const isThere = await hasNetns(ports.run, node.lanNetns);
    if (!isThere && managed) {
      throw new FaultError(unavailable(`the LAN namespace ${node.lanNetns} is missing`));
    }
  } catch (thrown) {
    if (thrown instanceof FaultError && thrown.fault.kind === "try-later") {
      throw new FaultError(unavailable(thrown.fault.msg));
    }
    throw thrown;
  }
}

function unavailable(reason: string): Fault {
  return { kind: "not-available", msg: `Cannot attach pods on this node now: ${reason}` };
}
