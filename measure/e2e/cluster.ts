// The tests' Kubernetes cluster, driven through the scripts in cluster/.
// Its daemons are real, and its machines are namespaces.
import { exists } from "../../shared/files.ts";
import { type Command, type Completed, describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { downloadEnv, must, ROOT, type ToolContext } from "../../tools/checkout.ts";
import { during } from "../../tools/progress.ts";

const SCRIPTS = `${ROOT}/measure/e2e/cluster`;
/** The first build of Kubernetes takes a quarter of an hour on two cores. */
const BUILD_TIMEOUT_MS = 60 * 60_000;
const COMMAND_TIMEOUT_MS = 10 * 60_000;

export type Multus = "thick" | "thin" | "none";

/** What the cluster is to be. */
export interface ClusterOptions {
  readonly multus: Multus;
  /** Whether thick Multus has upstream's limits: 100m CPU, 50Mi. */
  readonly limits: boolean;
  /** Where binaries, images and the running cluster are kept. */
  readonly cache: string;
}

/** `node0` has the control plane's taint; pods of users run on the workers. */
export const WORKERS = ["node1", "node2"] as const;
export const NODES = ["node0", ...WORKERS] as const;
export type NodeName = typeof NODES[number];

export class Cluster {
  readonly #env: Record<string, string>;
  readonly #log: (line: string) => void;
  /**
   * The start of machines that is under way. {@link down} waits for it: otherwise machines would
   * outlive the cluster.
   */
  #starting: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(readonly options: ClusterOptions, context: ToolContext) {
    this.#log = context.log;
    this.#env = downloadEnv(context, {
      CACHE: options.cache,
      MULTUS: options.multus,
      MULTUS_LIMITS: options.limits ? "1" : "0",
      NODES: `${WORKERS.length}`,
    });
  }

  /** Archives in this folder are loaded by every node when it starts. */
  get images(): string {
    return `${this.options.cache}/images`;
  }

  /** All machines of the cluster see this folder; the next start of a cluster empties it. */
  get shared(): string {
    return `${this.options.cache}/run`;
  }

  /** Whether Kathara and its device image were built. */
  async hasKathara(): Promise<boolean> {
    const marks = [`${this.options.cache}/venv/.done`, `${this.options.cache}/rootfs/.done`];
    const found = await Promise.all(marks.map((mark) => Deno.stat(mark).catch(() => undefined)));
    return found.every((mark) => mark !== undefined);
  }

  /** Whether something enforces NetworkPolicies. */
  async hasPolicies(): Promise<boolean> {
    return await exists(`${this.options.cache}/bin/kube-router`);
  }

  /** Whether pods and nodes' pods find Services by their names. */
  async hasDns(): Promise<boolean> {
    return await exists(`${this.images}/coredns.tar`);
  }

  /** Whether the Prometheus operator was built. */
  async hasOperator(): Promise<boolean> {
    return await exists(`${this.operatorFiles}/bundle.yaml`);
  }

  /** Where the Prometheus operator's images and manifests are. */
  get operatorFiles(): string {
    return `${this.options.cache}/operator`;
  }

  async build(): Promise<void> {
    await this.#script("build", [], BUILD_TIMEOUT_MS);
  }

  /** Starts all machines, in place of those that an earlier run has left. */
  async up(): Promise<void> {
    await this.#script("down", []);
    await this.#start("up", []);
  }

  /** Ends all machines, also when none is up, and for good: whoever still works with them fails. */
  async down(): Promise<void> {
    this.#ended = true;
    await this.#starting.catch(() => {});
    await this.#script("down", []);
  }

  /** Ends a node as a power cut does. */
  async kill(node: NodeName): Promise<void> {
    await this.#script("node", ["kill", node.replace("node", "")]);
  }

  /** Starts a killed node with what was on its disk. */
  async start(node: NodeName): Promise<void> {
    await this.#start("node", ["start", node.replace("node", "")]);
  }

  /** Runs kubectl and answers its stdout. Throws with what kubectl said when it fails. */
  async kubectl(args: readonly string[], stdin?: string): Promise<string> {
    const done = await this.tryKubectl(args, stdin);
    if (done.reason !== "success") throw new Error(`Cannot go on: ${describe(done)}`);
    return done.stdout;
  }

  tryKubectl(args: readonly string[], stdin?: string): Promise<Completed> {
    return this.#in("cp", ["kubectl", ...args], stdin);
  }

  /** Builds an overlay on the machine itself, where the checkout is. */
  async kustomize(dir: string): Promise<string> {
    const argv = ["env", `${this.options.cache}/bin/kubectl`, "kustomize", dir] as const;
    return (await must("build an overlay", { argv })).stdout;
  }

  /** What kubectl answers with `-o json`. */
  async get<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.kubectl(["get", ...args, "-o", "json"])) as T;
  }

  /** Runs a command on a node, as root there, and answers its stdout. */
  async on(node: string, argv: readonly string[], stdin?: string): Promise<string> {
    const done = await this.tryOn(node, argv, stdin);
    if (done.reason !== "success") throw new Error(`Cannot go on with ${node}: ${describe(done)}`);
    return done.stdout;
  }

  tryOn(node: string, argv: readonly string[], stdin?: string): Promise<Completed> {
    return this.#in(node, argv, stdin);
  }

  /** The words that lead a command into a machine. */
  enter(machine: string): readonly [string, ...string[]] {
    const variables = Object.entries(this.#env).map(([name, value]) => `${name}=${value}`);
    return ["env", ...variables, "bash", `${SCRIPTS}/in.sh`, machine];
  }

  /** `kathara ARGS` in the control plane's machine, as a command to run. */
  kathara(...args: string[]) {
    const argv = ["bash", `${SCRIPTS}/kathara.sh`, ...args] as [string, ...string[]];
    return { argv, env: this.#env } satisfies Command;
  }

  #in(machine: string, argv: readonly string[], stdin?: string): Promise<Completed> {
    return run({
      argv: ["bash", `${SCRIPTS}/in.sh`, machine, ...argv],
      env: this.#env,
      timeoutMs: COMMAND_TIMEOUT_MS,
      ...(stdin === undefined ? {} : { stdin }),
    });
  }

  #start(name: string, args: readonly string[]): Promise<void> {
    if (this.#ended) return Promise.reject(new Error("Cannot start machines: the run has ended"));
    return this.#starting = this.#script(name, args);
  }

  async #script(name: string, args: readonly string[], timeoutMs = COMMAND_TIMEOUT_MS) {
    const argv = ["bash", `${SCRIPTS}/${name}.sh`, ...args] as const;
    const what = `the cluster's ${[name, ...args].join(" ")}`;
    const done = await during(
      what,
      this.#log,
      (heard) => run({ argv, env: this.#env, timeoutMs, heard }),
    );
    if (done.reason !== "success") throw new Error(`Cannot go on: ${describe(done)}`);
  }
}

/** A node's address on the nodes' link. */
export async function addressOf(cluster: Cluster, node: NodeName): Promise<string> {
  const { status } = await cluster.get<{
    status: { addresses: readonly { readonly type: string; readonly address: string }[] };
  }>("node", node);
  const found = status.addresses.find(({ type }) => type === "InternalIP");
  if (found === undefined) {
    throw new Error(`Cannot find the address of ${node}: it has no InternalIP`);
  }
  return found.address;
}
