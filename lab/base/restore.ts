// Gets files that the machine has changed as they were shipped, from packages that apt-get kept.
import { run } from "../../shared/process/exec.ts";
import { parseSum, type ShippedPath } from "./packages.ts";
import unpackFile from "./unpack_file.sh" with { type: "text" };

/** Where apt-get keeps packages. */
const ARCHIVES = "/var/cache/apt/archives";

/**
 * Files that labs need even where no package has them. With this one FRR starts what a lab says.
 */
const FALLBACKS: Readonly<Record<string, string>> = {
  "/etc/frr/daemons": [
    ...["bgpd", "ospfd", "ospf6d", "ripd", "ripngd", "isisd", "pimd", "pim6d", "ldpd", "nhrpd"],
    ...["eigrpd", "babeld", "sharpd", "pbrd", "bfdd", "fabricd", "vrrpd", "pathd"],
  ].map((daemon) => `${daemon}=no\n`).join("") +
    'vtysh_enable=yes\nzebra_options="-A 127.0.0.1 -s 90000000"\nstaticd_options="-A 127.0.0.1"\n',
};

/** Puts each file into the folder. Answers the files that no package and no fallback gives. */
export async function restoreShipped(
  changed: readonly ShippedPath[],
  dir: string,
): Promise<ShippedPath[]> {
  const missing: ShippedPath[] = [];
  for (const file of changed) {
    const { path, md5, conffileOf } = file;
    const unpacked = conffileOf === undefined
      ? undefined
      : await run({ argv: ["sh", "-c", unpackFile, "sh", dir, ARCHIVES, path, conffileOf] });
    if (unpacked?.reason === "success" && parseSum(unpacked.stdout.trim()).md5 === md5) continue;
    await Deno.remove(`${dir}${path}`).catch(() => {});
    const fallback = FALLBACKS[path];
    if (fallback === undefined) missing.push(file);
    else await Deno.writeTextFile(`${dir}${path}`, fallback);
  }
  return missing;
}
