// A call whose parameters are read and checked, with what its verb works with.
import type { Kernel } from "../shared/iproute2/kernel.ts";
import type { JsonObject } from "./config.ts";
import type { Environment } from "./environment.ts";
import type { Host } from "../shared/host.ts";
import type { CniVersion } from "./versions.ts";

export interface CheckedCall {
  readonly environment: Environment;
  readonly config: JsonObject;
  /** `name` of the config. */
  readonly name: string;
  readonly version: CniVersion;
  /**
   * Whether a manager looks after this node: then the plugin makes no namespace and guesses
   * nothing.
   */
  readonly managed: boolean;
  readonly kernel: Kernel;
  readonly host: Host;
  /**
   * What is left of the call's time, never less than is needed to undo. It is not scaled: what
   * waits for so long does that.
   */
  remainingMs(): number;
}
