// AppArmor as containers have it by default where a node's kernel has it (Debian, Ubuntu, SUSE).
import { must } from "../../tools/checkout.ts";
import profile from "./apparmor.profile" with { type: "text" };

const NAME = "megalos-powers";
const SECURITYFS = "/sys/kernel/security";

/**
 * Loads the profile into the kernel. The result takes it away again when it is disposed of.
 * @throws {Error} when this kernel has no AppArmor, or apparmor_parser(8) refuses the profile
 */
export async function loadProfile(): Promise<AsyncDisposable> {
  const enabled = await Deno.readTextFile("/sys/module/apparmor/parameters/enabled")
    .catch(() => "N");
  if (!enabled.startsWith("Y")) throw new Error("Cannot confine: this kernel has no AppArmor");
  await must("mount the kernel's security file system", {
    argv: ["sh", "-c", `mountpoint -q "$1" || mount -t securityfs none "$1"`, "sh", SECURITYFS],
  });
  const parse = (verb: "--replace" | "--remove") =>
    must(`${verb.slice(2)} the AppArmor profile`, {
      argv: ["apparmor_parser", "--skip-cache", verb],
      stdin: profile,
    });
  await parse("--replace");
  return { [Symbol.asyncDispose]: async () => void await parse("--remove") };
}

// A process writes what it becomes by its next program (aa_change_onexec(2)).
const CONFINE = 'echo "exec $1" >/proc/self/attr/exec; shift; exec "$@"';

/** The words in front of a program that start it under the profile. */
export const confined: readonly string[] = ["sh", "-c", CONFINE, "sh", NAME];
