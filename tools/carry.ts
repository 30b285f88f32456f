// Packs what the executable `lab` carries: programs of nodes, files of devices, and examples.
import { createHash } from "node:crypto";
import { CACHE, must, ROOT } from "./checkout.ts";

/** What the archive's `carried.json` says. */
export interface Carried {
  /** Stands for the whole content: 16 hexadecimal digits. */
  readonly id: string;
  /** How many bytes each program has in common with the executable that carries it. */
  readonly common: number;
  /** SHA-256 of each program, in hexadecimal. */
  readonly programs: Readonly<Record<string, string>>;
}

/** Folders of the checkout that are carried as they are. */
const FOLDERS = ["skeleton", "examples"] as const;
const STEP = 1 << 20;

/**
 * Writes a tar archive of `skeleton/`, `examples/`, `carried.json` and, of each program, what
 * follows the part that it has in common with the others. That part is Deno's runtime. The carrier
 * is made of it, too, so each program takes less than 1 MB of the archive instead of 92 MB.
 */
export async function packCarried(
  programs: Readonly<Record<string, string>>,
  archive: string,
): Promise<void> {
  const contents = await Promise.all(
    Object.entries(programs).map(async ([name, path]) =>
      [name, await Deno.readFile(path)] as const
    ),
  );
  const [[, first], ...others] = contents as [typeof contents[0], ...typeof contents];
  const common = others.reduce(
    (least, [, bytes]) => Math.min(least, commonLength(first, bytes)),
    first.length,
  );
  const dir = await Deno.makeTempDir({ dir: CACHE, prefix: "carried-" });
  try {
    const hashes: Record<string, string> = {};
    for (const [name, bytes] of contents) {
      hashes[name] = createHash("sha256").update(bytes).digest("hex");
      await Deno.writeFile(`${dir}/${name}.tail`, bytes.subarray(common));
    }
    const files = [
      "--sort=name",
      "--owner=0",
      "--group=0",
      "--numeric-owner",
      "--mtime=@0",
      "--mode=a+rX,go-w",
    ];
    await must("pack the lab's files", {
      argv: ["tar", ...files, "-C", `${ROOT}/lab`, "-cf", archive, ...FOLDERS],
    });
    const id = createHash("sha256").update(JSON.stringify(hashes))
      .update(await Deno.readFile(archive)).digest("hex").slice(0, 16);
    const carried: Carried = { id, common, programs: hashes };
    await Deno.writeTextFile(`${dir}/carried.json`, JSON.stringify(carried));
    await must("pack the lab's programs", {
      argv: ["tar", ...files, "-C", dir, "-rf", archive, "."],
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/**
 * Answers whole steps only: what comes at the end of the runtime may differ with what is behind it.
 */
function commonLength(a: Uint8Array, b: Uint8Array): number {
  let length = 0;
  while (length + STEP <= Math.min(a.length, b.length) && isSame(a, b, length)) length += STEP;
  return length;
}

function isSame(a: Uint8Array, b: Uint8Array, at: number): boolean {
  for (let i = at; i < at + STEP; i++) if (a[i] !== b[i]) return false;
  return true;
}
