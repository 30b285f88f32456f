// For tests: what reads the texts of a call and of the node, by the text.
import { answer } from "./call.ts";
import { parseCniArgs } from "./cni_args.ts";
import { readEnvironment } from "./environment.ts";
import type { Host } from "../shared/host.ts";
import { parseLinks } from "../shared/iproute2/link.ts";
import { parseAlias } from "../shared/lan/alias.ts";
import { parseNodeFacts } from "../shared/lan/node_facts.ts";

/** A machine without any program or file: no call gets further than its input. */
export const NOWHERE: Host = {
  run: ({ argv }) =>
    Promise.resolve({
      ...{ argv, reason: "not-found", code: null, signal: null, stdout: "", stderr: "", ms: 0 },
    }),
  converse: () => undefined,
  shareKernel: (kernel) => kernel,
  readText: () => Promise.resolve(undefined),
  stat: () => Promise.resolve(undefined),
  lock: () => Promise.resolve({ [Symbol.dispose]() {} }),
  random: (bytes) => new Uint8Array(bytes),
  now: () => performance.now(),
  nodeNetns: "/proc/1/ns/net",
  kernelRelease: "6.18.0",
};

/** Variables that are right. */
export const GOOD: Readonly<Record<string, string>> = {
  CNI_CONTAINERID: "c1",
  CNI_NETNS: "/run/netns/pod",
  CNI_IFNAME: "net1",
  CNI_PATH: "/opt/cni/bin",
};

const encoder = new TextEncoder();

function callWith(text: string) {
  const env = (name: string) => ({ ...GOOD, CNI_COMMAND: "ADD" } as Record<string, string>)[name];
  return answer(env, () => Promise.resolve(encoder.encode(text)), NOWHERE);
}

const CONFIG = '{"cniVersion":"1.1.0","name":"n","type":"megalos","suffix":"s","vxlanId":10,';

export const READERS = {
  "CNI_ARGS": {
    read: parseCniArgs,
    around: [["MAC=", ""], ["K8S_POD_NAME=a;K8S_POD_NAMESPACE=", ""]],
  },
  "the variables of a call": {
    read: (text: string) =>
      readEnvironment((name) => name === "CNI_COMMAND" ? "ADD" : GOOD[name] && text),
    around: [["/", ""]],
  },
  "a call's config": {
    read: callWith,
    around: [[CONFIG + '"master":"', '"}'], [CONFIG + '"mac":"', '"}'], [CONFIG + '"a":', "}"]],
  },
  "what ip prints of devices": { read: parseLinks, around: [['[{"ifname":"', '"}]']] },
  "an alias": { read: parseAlias, around: [["megalos,vni=", ",suffix=a,name=b"]] },
  "the node's facts": { read: parseNodeFacts },
} as const;
