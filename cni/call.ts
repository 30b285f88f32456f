// One CNI call from its parameters to its answer. It needs no process of its own and never throws.
import { cut } from "../shared/quote.ts";
import { CALL_LIMIT_MS } from "../shared/call_limits.ts";
import { DEFAULT_TIMEOUT_MS } from "../shared/process/command.ts";
import { setTimeScale, TIME_SCALE, unscaled } from "../shared/process/time_scale.ts";
import { openKernel } from "../shared/iproute2/kernel.ts";
import { fail } from "../shared/faults.ts";
import { RUNTIME, VERSION } from "../shared/version.ts";
import { add } from "./add.ts";
import { check } from "./check.ts";
import { decodeConfig, type JsonObject, readName, readVersion } from "./config.ts";
import { del } from "./del.ts";
import { type Env, isVerb, readEnvironment, type Verb } from "./environment.ts";
import { renderError, toFault } from "./error_reply.ts";
import { gc } from "./gc.ts";
import type { Host } from "../shared/host.ts";
import type { CheckedCall } from "./checked_call.ts";
import { status } from "./status.ts";
import {
  type CniVersion,
  isAtLeast,
  isSupported,
  LATEST_VERSION,
  SUPPORTED_VERSIONS,
} from "./versions.ts";

/** What the process is to print and how it is to end. */
export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: 0 | 1;
}

/** Does a verb's work, and answers the result to print, or undefined where the verb has none. */
type Handler = (call: CheckedCall) => Promise<JsonObject | undefined>;

const HANDLERS: Readonly<Record<Exclude<Verb, "VERSION">, { since: CniVersion; handle: Handler }>> =
  {
    ADD: { since: "0.1.0", handle: add },
    DEL: { since: "0.1.0", handle: del },
    CHECK: { since: "0.4.0", handle: check },
    GC: { since: "1.1.0", handle: gc },
    STATUS: { since: "1.1.0", handle: status },
  };

/** Answers a call. `stdin` is read only by verbs that have a config. */
export async function answer(
  env: Env,
  stdin: () => Promise<Uint8Array>,
  host: Host,
): Promise<Answer> {
  let version: CniVersion = LATEST_VERSION;
  try {
    setTimeScale(env(TIME_SCALE));
    const environment = readEnvironment(env);
    if (environment.command === "") return { stdout: "", stderr: ABOUT, exitCode: 0 };
    if (environment.command === "VERSION") return succeed(versionReply());
    const config = decodeConfig(await stdin());
    if (typeof config.cniVersion === "string" && isSupported(config.cniVersion)) {
      version = config.cniVersion;
    }
    const name = readName(config);
    const { command } = environment;
    if (!isVerb(command) || command === "VERSION") {
      fail("environment", `unknown CNI_COMMAND: ${cut(command)}`);
    }
    const { since, handle } = HANDLERS[command];
    // A DEL finds its attachment by container and interface: a wrong version must not stop it.
    if (command !== "DEL") version = readVersion(config);
    if (!isAtLeast(version, since)) {
      fail(
        "incompatible-version",
        `Cannot ${command} with cniVersion ${version}: it came with ${since}`,
      );
    }
    const started = host.now();
    const remainingMs = () => Math.max(CALL_LIMIT_MS - unscaled(host.now() - started), MIN_MS);
    const run: Host["run"] = (command) =>
      host.run({ timeoutMs: Math.min(DEFAULT_TIMEOUT_MS, remainingMs()), ...command });
    const kernel = host.shareKernel(openKernel(host.converse, remainingMs));
    try {
      const managed = env("MEGALOS_MANAGED") === "1";
      return succeed(
        await handle({
          ...{ environment, config, name, version, managed, kernel, remainingMs },
          host: { ...host, run },
        }),
      );
    } finally {
      // The answer is ready, and nothing depends on how the sessions end: nobody waits for it.
      void kernel.close();
    }
  } catch (thrown) {
    return { stdout: renderError(toFault(thrown), version) + "\n", stderr: "", exitCode: 1 };
  }
}

/** Said to people who run the plugin by hand. */
const ABOUT = `CNI megalos plugin v${VERSION} (${RUNTIME})
CNI protocol versions supported: ${SUPPORTED_VERSIONS.join(", ")}
`;

/** The time that remains for undoing when the limit is reached. */
const MIN_MS = 5_000;

function succeed(result: JsonObject | undefined): Answer {
  return {
    stdout: result === undefined ? "" : JSON.stringify(result) + "\n",
    stderr: "",
    exitCode: 0,
  };
}

function versionReply(): JsonObject {
  return { cniVersion: LATEST_VERSION, supportedVersions: SUPPORTED_VERSIONS };
}
