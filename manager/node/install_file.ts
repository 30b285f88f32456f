// Puts an executable where runtimes may be starting it just now: written beside, then renamed.
import { run } from "../../shared/process/exec.ts";
import { must } from "../../shared/process/must.ts";

/**
 * Copies `source` to `target` (mode 0755) unless they are equal already. Other programs do it: the
 * directory is the user's choice, and this program's permissions are fixed when it is built.
 */
export async function installFile(
  source: string,
  target: string,
): Promise<"installed" | "unchanged"> {
  const same = await run({ argv: ["cmp", "--silent", "--", source, target] });
  if (same.reason === "success") return "unchanged";
  for (
    const argv of [
      ["install", "-D", "--mode=0755", "--", source, `${target}.new`],
      ["mv", "--force", "--no-target-directory", "--", `${target}.new`, target],
    ] as const
  ) {
    await must(`install ${target}`, { argv });
  }
  return "installed";
}
