// STATUS: whether an ADD could succeed now.
import { type Fault, FaultError } from "../shared/faults.ts";
import { hasNetns } from "../shared/lan/lan_netns.ts";
import { LAN_NETNS } from "../shared/lan/paths.ts";
import { readFacts, readUnderlay } from "./node.ts";
import type { CheckedCall } from "./checked_call.ts";

export async function status(call: CheckedCall): Promise<undefined> {
  const { managed, host } = call;
  try {
    const facts = await readFacts(call);
    await readUnderlay(facts, undefined, host);
    const isThere = await hasNetns(host.run, LAN_NETNS);
    if (!isThere && managed) {
      throw new FaultError(unavailable(`the LAN namespace ${LAN_NETNS} is missing`));
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
