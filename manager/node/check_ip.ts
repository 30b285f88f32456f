// Whether this node's `ip` knows every word that LANs need.
// All words are said to it once, in a namespace that goes with it.
import {
  addAltname,
  addBridge,
  addVeth,
  addVxlan,
  deleteGroup,
  deleteLink,
  joinBridge,
  keepBridge,
  routeThrough,
  setBridge,
  setMtu,
  setNoLearning,
  setPort,
  setVxlanLocal,
} from "../../shared/iproute2/commands.ts";
import { findUnknownWord, saysNotUnderstood } from "../../shared/iproute2/messages.ts";
import { openSession, SESSION } from "../../shared/iproute2/session.ts";
import type { IpCommand } from "../../shared/iproute2/words.ts";
import { describe } from "../../shared/process/command.ts";
import type { Converse, Run } from "../../shared/process/exec.ts";

const LIMIT_MS = 10_000;
const MTU = 1400;
/** The `ip` itself reads this path: it is the namespace of `ip`. */
const OWN_NETNS = "/proc/self/ns/net";
/** TEST-NET-1, RFC 5737. */
const VTEP = "192.0.2.1";

const TRIAL: readonly IpCommand[] = [
  addBridge("bridge0", MTU),
  addVxlan({
    name: "vxlan0",
    bridge: "bridge0",
    mtu: MTU,
    vni: 1,
    local: VTEP,
    vxlanPort: 4789,
    socketNetns: OWN_NETNS,
  }),
  setPort({ name: "vxlan0", alias: "trial", learning: false }),
  addVeth({
    name: "pod0",
    mac: "02:00:00:00:00:01",
    netns: OWN_NETNS,
    mtu: MTU,
    peer: { name: "port0", mac: "02:00:00:00:00:02", group: 1 },
  }),
  setBridge("bridge0", "trial", MTU),
  setMtu("port0", 1, MTU),
  joinBridge("port0", "bridge0"),
  setNoLearning("vxlan0"),
  setVxlanLocal("vxlan0", VTEP),
  addAltname("bridge0", "trial"),
  keepBridge("bridge0"),
  routeThrough("bridge0"),
  deleteGroup(1),
  deleteLink("bridge0"),
];

/**
 * Says all words to `ip`, which takes some hundredths of a second. What the kernel refuses is no
 * fault of `ip`: it comes up where it is wanted.
 * @throws {Error} that names `ip`'s version and the word that it does not know, or how it ended
 */
export async function checkIp(run: Run, converse: Converse): Promise<void> {
  const session = openSession(converse, {
    argv: ["unshare", "--net", "--", ...SESSION],
    timeoutMs: LIMIT_MS,
  });
  try {
    for (const command of TRIAL) {
      const failure = await session.apply(command);
      if (failure === undefined) continue;
      const isUnknown = saysNotUnderstood(failure.stderr);
      if (!session.ended && !isUnknown) continue;
      const unknown = findUnknownWord(command.words, failure.stderr);
      const why = isUnknown || unknown !== undefined
        ? `it does not know "${unknown ?? command.words.join(" ")}", which LANs need`
        : "it ended when it was asked whether it knows what LANs need";
      const details = describe({ ...failure, stderr: failure.stderr.split("\n")[0] ?? "" });
      throw new Error(`Cannot use ip (${await askVersion(run)}): ${why} (${details})`);
    }
  } finally {
    await session.close();
  }
}

async function askVersion(run: Run): Promise<string> {
  const { stdout } = await run({ argv: ["ip", "-V"] });
  return /iproute2-[^\s,]+/.exec(stdout)?.[0] ?? "of an unknown version";
}
