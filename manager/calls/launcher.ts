// The launcher: what /opt/cni/bin/megalos is on a node with a manager.
import { MAX_CONFIG_BYTES } from "../../shared/call_limits.ts";
import { withConstants } from "../../shared/process/script.ts";
import { scaled } from "../../shared/process/time_scale.ts";
import launcher from "./launcher.sh" with { type: "text" };
import {
  ALIVE_FILE,
  ANSWER_LIMIT_S,
  BINARY_LIMIT_S,
  BINARY_LOCK_FILE,
  CALLS_DIR,
  SLOTS,
  TAKE_LIMIT_S,
} from "./protocol.ts";

/** Name of the plugin binary beside the launcher. */
export const PLUGIN_BINARY = "megalos.bin";

/**
 * The text of the launcher. Verbs and variables stand in it as words (`launcher_test.ts`). Its time
 * limits are those of this machine: the runtime that starts it tells it nothing.
 */
export function renderLauncher(): string {
  return withConstants(launcher, {
    ALIVE_FILE,
    ANSWER_LIMIT_S: scaled(ANSWER_LIMIT_S),
    BINARY_LIMIT_S: scaled(BINARY_LIMIT_S),
    BINARY_LOCK_FILE,
    CALLS_DIR,
    PLUGIN_BINARY,
    READ_BYTES: MAX_CONFIG_BYTES + 1,
    SLOTS,
    TAKE_LIMIT_S: scaled(TAKE_LIMIT_S),
  });
}
