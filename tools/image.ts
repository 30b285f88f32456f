// Builds the image: the programs, the base, then the Dockerfile, with the builder that this machine has.
import { describe } from "../shared/command.ts";
import { run } from "../shared/exec.ts";
import { VERSION } from "../shared/version.ts";
import type { Arch } from "./arch.ts";
import { ensureBuilt } from "./build.ts";
import { downloadEnv, must, ROOT, type Surroundings, TOOL_TIMEOUT_MS, watch } from "./checkout.ts";
import { ensurePackages } from "./debian.ts";
import { makeBase } from "./image_base.ts";
import { startPrograms } from "./image_binfmt.ts";
import {
  type Builder,
  BUILDERS,
  type ImagePlan,
  type ImageRequest,
  planImages,
  suiteOf,
} from "./image_plan.ts";

/** Answers a line an image: tag, platform, size and file. Throws when a program, base or image cannot be built. */
export async function buildImages(
  request: ImageRequest,
  surroundings: Surroundings,
): Promise<string[]> {
  await ensureBuilt(request.archs, surroundings);
  const builder = await findBuilder(surroundings);
  const lines: string[] = [];
  for (const plan of planImages(request)) lines.push(await buildImage(plan, builder, surroundings));
  return lines;
}

async function buildImage(
  { arch, tag, base, file }: ImagePlan,
  builder: Builder,
  surroundings: Surroundings,
): Promise<string> {
  const env = downloadEnv(surroundings);
  await using _programs = await startPrograms(arch, surroundings);
  await ensureBase(base, arch, builder, surroundings);
  surroundings.log(`Building ${tag} for ${arch} with ${builder.name}`);
  const args = { BASE: base, VERSION };
  await watch(`build ${tag}`, { argv: builder.build({ context: ROOT, tag, arch, args }), env });
  if (file !== undefined) await save(tag, file, builder, env);
  const { stdout: size } = await must(`see ${tag}`, { argv: builder.readSize(tag), env });
  return [tag, `linux/${arch}`, size.trim(), file ?? `in ${builder.name}'s store`].join("  ");
}

/** The first builder that works here; where none does, Debian's buildah is installed. */
async function findBuilder(surroundings: Surroundings): Promise<Builder> {
  const env = downloadEnv(surroundings);
  for (const builder of BUILDERS) {
    const probed = await Promise.all(builder.probes.map((argv) => run({ argv, env })));
    if (probed.every(({ reason }) => reason === "success")) return builder;
  }
  const buildah = BUILDERS.find(({ name }) => name === "buildah")!;
  await ensurePackages([buildah.name], surroundings);
  return buildah;
}

/** Makes sure that the builder's store has the base: there already, pulled, or made here under the same name. */
async function ensureBase(
  base: string,
  arch: Arch,
  builder: Builder,
  surroundings: Surroundings,
): Promise<void> {
  const env = downloadEnv(surroundings);
  if ((await run({ argv: builder.readArch(base), env })).stdout.trim() === arch) return;
  surroundings.log(`Pulling ${base}`);
  const pulled = await run({ argv: builder.pull(base, arch), env, timeoutMs: TOOL_TIMEOUT_MS });
  if (pulled.reason === "success") return;
  const suite = suiteOf(base);
  if (suite === undefined) throw new Error(`Cannot pull ${base}: ${describe(pulled)}`);
  surroundings.log(`${base} cannot be pulled: ${pulled.stderr.trim()}`);
  const context = await makeBase(suite, arch, surroundings);
  const argv = builder.build({ context, tag: base, arch, args: {} });
  await watch(`make ${base}`, { argv, env });
}

/** By rename, so that nobody loads half an archive. */
async function save(
  tag: string,
  file: string,
  builder: Builder,
  env: Record<string, string>,
): Promise<void> {
  const part = `${file}.part`;
  await Deno.remove(part).catch(() => {});
  const timeoutMs = TOOL_TIMEOUT_MS;
  await must(`write ${file}`, { argv: builder.save(tag, part), env, timeoutMs });
  await Deno.rename(part, file);
}
