// The image that is tested: where the cluster's nodes find it when they start.
import { downloadEnv, inCheckout, must, type ToolContext } from "../../tools/checkout.ts";

const BUILD_TIMEOUT_MS = 30 * 60_000;

/** Puts the archive into the folder. Where no archive is given, the image is built. */
export async function putImage(
  folder: string,
  archive: string | undefined,
  context: ToolContext,
): Promise<void> {
  const target = `${folder}/megalos.tar`;
  if (archive !== undefined) return await Deno.copyFile(archive, target);
  const argv = inCheckout(Deno.execPath(), "task", "image", "--output", target);
  await must("build the image", {
    argv,
    env: downloadEnv(context),
    timeoutMs: BUILD_TIMEOUT_MS,
  }, context);
}
