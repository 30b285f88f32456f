// Answers one call that was handed over, and takes an ADD back where nobody takes the answer.
import { answer } from "../../cni/call.ts";
import type { Host } from "../../shared/host.ts";
import { showLink } from "../../shared/iproute2/commands.ts";
import { openKernel } from "../../shared/iproute2/kernel.ts";
import { LAN_NETNS } from "../../shared/lan/paths.ts";
import { within } from "../../shared/process/time.ts";
import { scaled } from "../../shared/process/time_scale.ts";
import type { Tell } from "../events/event.ts";
import { describeCall, readError } from "./describe_call.ts";
import { type CallName, SETTLE_LIMIT_MS } from "./protocol.ts";
import { freeSlot, type HandedCall, takeBack, writeAnswer, writeRefusal } from "./slots.ts";
import { readVariable } from "./variables.ts";

/**
 * Answers, and tells what became of the call.
 * @param settled comes when the launcher has taken the answer
 * @throws when the answer cannot be written; the launcher has then been told so
 */
export async function serveCall(
  call: CallName,
  handed: HandedCall,
  settled: Promise<void>,
  host: Host,
  tell: Tell,
): Promise<void> {
  const started = performance.now();
  const { stdout, exitCode } = await answerHere(handed, host);
  const failure = deliver(call, exitCode, stdout);
  const ms = performance.now() - started;
  // Nobody waits from here on.
  const { verb, attachment } = describeCall(handed);
  const undo = async () => {
    if (verb === "ADD" && exitCode === 0) await undoAdd(handed, stdout, host);
  };
  if (failure !== undefined) {
    await undo();
    writeRefusal(call, "Cannot hand the answer over: there is no room for it in /run");
    tell({ kind: "call-undelivered", verb, attachment, why: "no-room" });
    freeSlot(call);
    throw failure.error;
  }
  await within(scaled(SETTLE_LIMIT_MS), settled);
  if (takeBack(call)) {
    await undo();
    tell({ kind: "call-undelivered", verb, attachment, why: "not-taken" });
    return;
  }
  if (exitCode === 0) tell({ kind: "call-answered", verb, attachment, ms });
  else tell({ kind: "call-failed", verb, attachment, ms, error: readError(stdout) });
  freeSlot(call);
}

/** Answers what went wrong, if anything did. */
function deliver(call: CallName, exitCode: number, stdout: string) {
  try {
    writeAnswer(call, exitCode, stdout);
  } catch (error) {
    return { error };
  }
}

/**
 * Takes back an ADD, unless another ADD has taken its place since. The two can be told apart,
 * because the port's MAC address is random.
 */
async function undoAdd(handed: HandedCall, result: string, host: Host): Promise<void> {
  const [port] = readInterfaces(result);
  if (port !== undefined && await macOf(port.name, host) !== port.mac) return;
  await answerHere(handed, host, "DEL");
}

/** The interfaces of a result, the host's side first; none before CNI 0.3.0. */
function readInterfaces(result: string): { readonly name: string; readonly mac: string }[] {
  return JSON.parse(result).interfaces?.slice(-2) ?? [];
}

async function macOf(port: string, { shareKernel, converse }: Host): Promise<string | undefined> {
  const kernel = shareKernel(openKernel(converse, () => SETTLE_LIMIT_MS));
  try {
    return (await kernel.show(LAN_NETNS, [showLink(port)]))[0]?.mac;
  } finally {
    await kernel.close();
  }
}

function answerHere({ variables, config }: HandedCall, host: Host, verb?: "DEL") {
  const env = (name: string) => {
    if (name === "MEGALOS_MANAGED") return "1";
    if (name === "CNI_COMMAND" && verb !== undefined) return verb;
    return readVariable(variables, name);
  };
  return answer(env, () => Promise.resolve(config), host);
}
