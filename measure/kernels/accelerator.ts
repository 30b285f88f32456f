// Finds out whether this machine's own CPUs can run kernels, or all must be emulated.
import { run } from "../../shared/process/exec.ts";

export type Accelerator = "kvm" | "tcg" | "steady";

/**
 * Has qemu set up the CPUs of a machine that it does not start: a /dev/kvm that can be opened may
 * still not work.
 */
const PROBE = [
  "qemu-system-x86_64",
  "-nodefaults",
  "-no-user-config",
  "-display",
  "none",
  "-M",
  "pc",
  "-accel",
  "kvm",
  "-cpu",
  "host",
  "-S",
  "-monitor",
  "stdio",
] as const;

export async function findAccelerator(): Promise<Accelerator> {
  const { reason } = await run({ argv: PROBE, stdin: "quit\n" });
  return reason === "success" ? "kvm" : "tcg";
}
