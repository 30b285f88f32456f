// A pod or a host that attacks the cluster: what it sends, and where it gets in.
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { type Attack, sendFrames } from "../../tests/fixture/attacker.ts";
import { forge, type Forgery } from "../../tests/fixture/forger.ts";
import { Speaker } from "../../tests/fixture/speaker.ts";
import type { Cluster } from "./cluster.ts";
import { findSandbox, type Pod } from "./pods.ts";

// Prints those addresses and ports, a line each, that take a connection. Arguments: both, in turn.
const CONNECT = `
import socket, sys
for address, port in zip(sys.argv[1::2], sys.argv[2::2]):
    try:
        socket.create_connection((address, int(port)), timeout=1).close()
        print(f"{address}:{port}", flush=True)
    except OSError:
        pass
`;

/** A time that is longer than any attack. */
const LIMIT_MS = 120_000;

/**
 * Somebody who has every tool: the programs of an attack run from the node's disk in the attacker's
 * network namespace.
 */
export class Intruder {
  private constructor(
    private readonly address: string,
    readonly enter: readonly [string, ...string[]],
  ) {}

  static async inPod(cluster: Cluster, pod: Pod): Promise<Intruder> {
    return new Intruder(pod.status.podIP ?? "", await enterPod(cluster, pod));
  }

  /** The machine of the control plane's programs, which is on the nodes' link, and no node. */
  static outside(cluster: Cluster): Intruder {
    return new Intruder("10.99.0.1", cluster.enter("cp"));
  }

  /** Sends VXLAN packets that no node has made. */
  async forge(forgery: Forgery): Promise<void> {
    await this.#run(forge(forgery));
  }

  /** Sends frames to a LAN. */
  async flood(attack: Attack): Promise<void> {
    const sent = await this.#run(sendFrames(attack));
    if (!(Number(sent) > 0)) throw new Error(`Cannot attack: no frame was sent: ${sent}`);
  }

  /** Answers which of these take a connection, such as `10.0.0.1:179`. */
  async findOpen(addresses: readonly string[], ports: readonly number[]): Promise<string[]> {
    const words = addresses.flatMap((address) => ports.flatMap((port) => [address, `${port}`]));
    const said = await this.#run(["python3", "-I", "-S", "-c", CONNECT, ...words]);
    return said.split("\n").filter((line) => line !== "");
  }

  /** Whether a BGP speaker of the pod gets a session. */
  async getsSession(peer: string, password = ""): Promise<boolean> {
    const speaker = await Speaker.start(this, peer, this.address, password);
    await speaker?.[Symbol.asyncDispose]();
    return speaker !== undefined;
  }

  async #run(words: readonly string[]): Promise<string> {
    const done = await run({ argv: [...this.enter, ...words], timeoutMs: LIMIT_MS });
    if (done.reason !== "success") throw new Error(`Cannot attack: ${describe(done)}`);
    return done.stdout;
  }
}

/** The words that lead a command into a pod's network namespace. */
export async function enterPod(
  cluster: Cluster,
  pod: Pod,
): Promise<readonly [string, ...string[]]> {
  const { netns } = await findSandbox(cluster, pod);
  return [...cluster.enter(pod.spec.nodeName ?? ""), "nsenter", `--net=${netns}`];
}
