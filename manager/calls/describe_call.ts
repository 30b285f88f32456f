// What a call is about, as far as it says it: for events, so nothing here may fail.
import * as z from "zod";
import type { CallError, CallSubject } from "../events/event.ts";
import { HANDED_VERBS } from "./protocol.ts";
import type { HandedCall } from "./slots.ts";

/** Events are kept by the thousand: longer names are cut. */
const MAX_NAME = 300;

/** A handed call's verb ("other" for one that no specification has) and attachment. */
export function describeCall(
  { variables, config }: HandedCall,
): { readonly verb: string; readonly attachment: CallSubject } {
  const read = (name: string) => {
    const bytes = variables.get(name);
    return bytes && new TextDecoder().decode(bytes);
  };
  const command = read("CNI_COMMAND");
  const [container, ifname] = [read("CNI_CONTAINERID"), read("CNI_IFNAME")];
  const [pod, network] = [readPod(read("CNI_ARGS") ?? ""), readNetwork(config)];
  const said = Object.entries({ pod, container, ifname, network })
    .flatMap(([key, text]) => text ? [[key, text.slice(0, MAX_NAME)]] : []);
  return {
    verb: HANDED_VERBS.find((verb) => verb === command) ?? "other",
    attachment: Object.fromEntries(said),
  };
}

/** `NAMESPACE/NAME` of the pod, from the arguments that kubelet and Multus give. */
function readPod(args: string): string | undefined {
  const pairs = new Map(
    args.split(";").map((pair) => {
      const [key = "", ...value] = pair.split("=");
      return [key, value.join("=")];
    }),
  );
  const [namespace, name] = [pairs.get("K8S_POD_NAMESPACE"), pairs.get("K8S_POD_NAME")];
  return namespace && name ? `${namespace}/${name}` : undefined;
}

// Made once: zod compiles a schema at its first use, which takes longer than a call may.
const named = z.object({ name: z.string() });

function readNetwork(config: Uint8Array): string | undefined {
  try {
    return named.parse(JSON.parse(new TextDecoder().decode(config))).name;
  } catch {
    return undefined;
  }
}

const callError = z.object({
  code: z.number(),
  msg: z.string(),
  details: z.string().optional(),
});

/** Reads the error that a call was answered with. */
export function readError(stdout: string): CallError {
  return callError.parse(JSON.parse(stdout));
}
