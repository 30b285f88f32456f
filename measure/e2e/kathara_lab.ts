// A lab of lab/examples as users of Kathara start it on Kubernetes.
// It is a copy with a name of its own, for Kathara tells labs apart by their names.
import assert from "node:assert/strict";
import { type Lab, readLab } from "../../lab/conf/read_lab.ts";
import { succeedWithin } from "../../lab/checks/until.ts";
import { describe } from "../../shared/process/command.ts";
import { run } from "../../shared/process/exec.ts";
import { must, ROOT } from "../../tools/checkout.ts";
import type { Cluster } from "./cluster.ts";

const START_TIMEOUT_MS = 5 * 60_000;

export class KatharaLab {
  private constructor(
    private readonly cluster: Cluster,
    private readonly dir: string,
    private readonly lab: Lab,
  ) {}

  /**
   * Copies an example. On Kubernetes a device's `eth0` is the pod's own, and what lab.conf numbers
   * are `net0`, `net1`, ... Besides, Kathara takes the pod's default route away only after the
   * startups.
   */
  static async copy(cluster: Cluster, example: string, name: string): Promise<KatharaLab> {
    const dir = `${cluster.shared}/labs/${name}`;
    await must("copy the lab", { argv: ["mkdir", "-p", `${cluster.shared}/labs`] });
    await must("copy the lab", { argv: ["cp", "-rT", `${ROOT}/lab/examples/${example}`, dir] });
    const edits = [
      ...["-e", "s/\\beth([0-9*[])/net\\1/g"],
      ...["-e", "s/route add default/route replace default/"],
      ...["-e", `s/^LAB_NAME=.*/LAB_NAME="${name}"/`],
    ];
    await must("copy the lab", {
      argv: ["find", dir, "-type", "f", "-exec", "sed", "-i", "-E", ...edits, "{}", "+"],
    });
    return new KatharaLab(cluster, dir, await readLab(dir));
  }

  get devices(): number {
    return this.lab.devices.length;
  }

  /** Returns when Kathara has seen all devices ready. */
  async start(): Promise<void> {
    await this.#kathara("lstart", "--noterminals");
  }

  async clean(): Promise<void> {
    await this.#kathara("lclean");
  }

  /** Waits until lines of lab.check come true: all lines, or so many of them. */
  async check(count?: number): Promise<void> {
    // They run one after the other, since each starts a Python.
    for (const { device, seconds, command } of this.lab.expectations.slice(0, count)) {
      const outcome = await succeedWithin(seconds, this.#enter(device), ["bash", "-c", command]);
      assert.ok(outcome.ok, `${this.dir}: ${device}: ${command}: ${outcome.output}`);
    }
  }

  /** Whether a command ends with 0 in a device. */
  async tryIn(device: string, ...argv: string[]): Promise<boolean> {
    const { argv: enter, env } = this.#enter(device);
    const done = await run({ argv: [...enter, ...argv], env, timeoutMs: START_TIMEOUT_MS });
    return done.reason === "success";
  }

  #enter(device: string) {
    return this.cluster.kathara("exec", "-d", this.dir, device, "--");
  }

  async #kathara(verb: string, ...args: string[]): Promise<void> {
    const command = this.cluster.kathara(verb, "-d", this.dir, ...args);
    const done = await run({ ...command, timeoutMs: START_TIMEOUT_MS });
    if (done.reason !== "success") {
      throw new Error(`Cannot go on: ${describe(done)}\n${done.stdout}`);
    }
  }
}
