// Looks at both ends of an attachment at once: the pod's namespace and the LAN's.
import type { IpArgs } from "../shared/iproute2/line.ts";
import type { Link } from "../shared/iproute2/link.ts";
import type { NodeFacts } from "../shared/lan/node_facts.ts";
import { showInLanNetns } from "./lan_access.ts";
import type { Request } from "./request.ts";
import { refuseNetns, showPodInterface } from "./sandbox.ts";

/**
 * The pod's interface and the answers to `questions` from the LAN namespace, each undefined where it is not there.
 * @throws {FaultError} "netns" when CNI_NETNS is not a pod's namespace
 */
export async function observe(
  request: Request,
  facts: NodeFacts | undefined,
  questions: readonly IpArgs[],
): Promise<[Link | undefined, Link[] | undefined]> {
  const answers = [
    // Not at once: opening what is no namespace may take for ever.
    refuseNetns(request, facts).then(() => showPodInterface(request)),
    showInLanNetns(request, questions),
  ] as const;
  // Nothing may still be going on when one of them fails: the call is over then.
  await Promise.allSettled(answers);
  return await Promise.all(answers);
}
