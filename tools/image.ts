// Builds the image with the builder that this machine has: the programs, the base, the Dockerfile.
import { describe } from "../shared/process/command.ts";
import { run } from "../shared/process/exec.ts";
import { VERSION } from "../shared/version.ts";
import type { Arch } from "./arch.ts";
import { ensureBuilt } from "./build.ts";
import { downloadEnv, must, ROOT, TOOL_TIMEOUT_MS, type ToolContext, watch } from "./checkout.ts";
import { NODE_PROGRAMS } from "./permissions.ts";
import { ensurePackages } from "./debian.ts";
import { during } from "./progress.ts";
import { makeBase } from "./image_base.ts";
import { startPrograms } from "./image_binfmt.ts";
import {
  type Builder,
  BUILDERS,
  type ImagePlan,
  type ImageRequest,
  nameMadeBase,
  planImages,
  suiteOf,
} from "./image_plan.ts";

/**
 * Answers a line for each image: tag, platform, size and file. Throws when a program, base or image
 * cannot be built. `undo` takes what has to be undone where this does not come to its end.
 */
export async function buildImages(
  request: ImageRequest,
  context: ToolContext,
  undo: AsyncDisposableStack,
): Promise<string[]> {
  await ensureBuilt(request.archs, context, NODE_PROGRAMS);
  const builder = await findBuilder(context);
  const lines: string[] = [];
  for (const plan of planImages(request)) {
    lines.push(await buildImage(plan, builder, context, undo));
  }
  return lines;
}

async function buildImage(
  { arch, tag, base, file }: ImagePlan,
  builder: Builder,
  context: ToolContext,
  undo: AsyncDisposableStack,
): Promise<string> {
  const env = downloadEnv(context);
  await using own = new AsyncDisposableStack();
  undo.use(own);
  await startPrograms(arch, context, own);
  const found = await ensureBase(base, arch, builder, context);
  context.log(`Building ${tag} for ${arch} with ${builder.name}`);
  const args = { BASE: found, VERSION };
  const argv = builder.build({ context: ROOT, tag, arch, args });
  const before = await listLeftovers(builder, env);
  let isBuilt = false;
  own.defer(() => isBuilt ? undefined : removeLeftovers(builder, found, before, env));
  await watch(`build ${tag}`, { argv, env }, context);
  isBuilt = true;
  if (file !== undefined) await save(tag, file, builder, context);
  const { stdout: size } = await must(`see ${tag}`, { argv: builder.readSize(tag), env });
  return [tag, `linux/${arch}`, size.trim(), file ?? `in ${builder.name}'s store`].join("  ");
}

type Env = Readonly<Record<string, string>>;

interface Container {
  readonly id: string;
  readonly image: string;
}

async function listLeftovers({ leftovers }: Builder, env: Env): Promise<Container[]> {
  if (leftovers === undefined) return [];
  const { stdout } = await run({ argv: leftovers.list, env });
  return stdout.split("\n").filter((line) => line !== "").map((line) => {
    const [id = "", image = ""] = line.split(" ");
    return { id, image };
  });
}

/** Removes the containers of an image that were not there before. Other builds may have others. */
async function removeLeftovers(
  builder: Builder,
  image: string,
  before: readonly Container[],
  env: Env,
): Promise<void> {
  const known = new Set(before.map(({ id }) => id));
  const found = (await listLeftovers(builder, env)).filter((one) =>
    one.image === image && !known.has(one.id)
  );
  if (builder.leftovers === undefined || found.length === 0) return;
  await run({ argv: builder.leftovers.remove(found.map(({ id }) => id)), env });
}

/** The first builder that works here; where none does, Debian's buildah is installed. */
async function findBuilder(context: ToolContext): Promise<Builder> {
  const env = downloadEnv(context);
  for (const builder of BUILDERS) {
    const probed = await Promise.all(builder.probes.map((argv) => run({ argv, env })));
    if (probed.every(({ reason }) => reason === "success")) return builder;
  }
  const buildah = BUILDERS.find(({ name }) => name === "buildah")!;
  await ensurePackages([buildah.name], context);
  return buildah;
}

/**
 * Makes sure that the builder's store has the base: there already, pulled, or made here under a
 * name of its own. Answers the name.
 */
async function ensureBase(
  base: string,
  arch: Arch,
  builder: Builder,
  context: ToolContext,
): Promise<string> {
  const env = downloadEnv(context);
  const made = nameMadeBase(base, arch);
  for (const name of [base, made]) {
    if ((await run({ argv: builder.readArch(name), env })).stdout.trim() === arch) return name;
  }
  context.log(`Pulling ${base}`);
  const pull = { argv: builder.pull(base, arch), env, timeoutMs: TOOL_TIMEOUT_MS };
  const pulled = await during(`pull ${base}`, context.log, (heard) => run({ ...pull, heard }));
  if (pulled.reason === "success") return base;
  const suite = suiteOf(base);
  if (suite === undefined) throw new Error(`Cannot pull ${base}: ${describe(pulled)}`);
  context.log(`${base} cannot be pulled: ${pulled.stderr.trim()}`);
  const folder = await makeBase(suite, arch, context);
  const argv = builder.build({ context: folder, tag: made, arch, args: {} });
  await watch(`make ${made}`, { argv, env }, context);
  return made;
}

/** Writes the archive beside its path and renames it, so that nobody loads half an archive. */
async function save(
  tag: string,
  file: string,
  builder: Builder,
  context: ToolContext,
): Promise<void> {
  const env = downloadEnv(context);
  const part = `${file}.part`;
  await Deno.remove(part).catch(() => {});
  const timeoutMs = TOOL_TIMEOUT_MS;
  await must(`write ${file}`, { argv: builder.save(tag, part), env, timeoutMs }, context);
  await Deno.rename(part, file);
}
