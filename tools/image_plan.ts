// What an image build is made of, as data: names, files, and how each builder is told.
import type { Argv } from "../shared/process/command.ts";
import { VERSION } from "../shared/version.ts";
import type { Arch } from "./arch.ts";

/** Debian 14. Its FRR, 10.7, is the first with IPv6 underlays. */
export const DEFAULT_BASE = "debian:forky-slim";
/** The original's name, so that its manifests run this image when they are given the version. */
export const DEFAULT_TAG = `docker.io/kathara/megalos-bgp-manager:${VERSION}`;

export interface ImageRequest {
  readonly archs: readonly Arch[];
  readonly tag: string;
  readonly base: string;
  /** An absolute path, where an archive is wanted. */
  readonly output?: string;
}

/** One image to be built. Names are full ones, on which all builders agree. */
export interface ImagePlan {
  readonly arch: Arch;
  readonly tag: string;
  readonly base: string;
  readonly file?: string;
}

/**
 * One image for each architecture. Where there are several, tags and files say which architecture
 * each image is of.
 */
export function planImages({ archs, tag, base, output }: ImageRequest): ImagePlan[] {
  const several = archs.length > 1;
  return archs.map((arch) => ({
    arch,
    tag: several ? `${nameInFull(tag)}-${arch}` : nameInFull(tag),
    base: nameInFull(base),
    ...(output === undefined
      ? {}
      : { file: several ? output.replace(/(\.tar)?$/, `-${arch}$1`) : output }),
  }));
}

/**
 * "docker.io/library/debian:forky" for "debian:forky": the registry, path and tag that Docker adds
 * to a short name.
 */
export function nameInFull(name: string): string {
  const [first = "", ...rest] = name.split("/");
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const registry = hasRegistry ? "" : rest.length > 0 ? "docker.io/" : "docker.io/library/";
  return registry + name + (/[:@][^/]*$/.test(name) ? "" : ":latest");
}

/**
 * "forky" of "debian:forky-20260518-slim", a suite that debootstrap can make. Undefined for other
 * images.
 */
export function suiteOf(base: string): string | undefined {
  return /(?:^|\/)debian:([a-z]+)(?:-\d+)?(?:-slim)?$/.exec(base)?.[1];
}

/**
 * The name of a base that is made here. Each architecture has its own, so that none takes the place
 * of another's.
 */
export function nameMadeBase(base: string, arch: Arch): string {
  return `localhost/megalos-base/${suiteOf(base) ?? "unknown"}:${arch}`;
}

/** What a Dockerfile is built from and with. */
export interface Build {
  /** Directory of the Dockerfile. */
  readonly context: string;
  readonly tag: string;
  readonly arch: Arch;
  readonly args: Readonly<Record<string, string>>;
}

/** A program that builds images into a store of its own, told by argv. */
export interface Builder {
  readonly name: string;
  /** All succeed where it can build. */
  readonly probes: readonly Argv[];
  build(build: Build): Argv;
  /** Prints Debian's name of the architecture of an image in its store. Fails where it has none. */
  readArch(image: string): Argv;
  pull(image: string, arch: Arch): Argv;
  /** Writes the archive that `docker load` and `ctr images import` read; no `file` may be there. */
  save(image: string, file: string): Argv;
  /** Prints "324 MB". */
  readSize(image: string): Argv;
  /** What a build that is cut short leaves behind, where the builder leaves anything. */
  readonly leftovers?: Leftovers;
}

/** Containers in which a builder works. */
export interface Leftovers {
  /** Prints lines `CONTAINER IMAGE`. */
  readonly list: Argv;
  remove(containers: readonly string[]): Argv;
}

/** Asks for no container runtime and no cgroup. */
const CHROOT = ["--isolation", "chroot"] as const;

/** The builders in the order in which they are looked for. */
export const BUILDERS: readonly Builder[] = [
  builder("docker", {
    probes: [["docker", "info"], ["docker", "buildx", "version"]],
    build: ["docker", "buildx", "build", "--load"],
    save: (image, file) => ["docker", "save", "--output", file, image],
  }),
  builder("podman", {
    probes: [["podman", "info"]],
    build: ["podman", "build", ...CHROOT],
    // deno-fmt-ignore
    save: (image, file) => ["podman", "save", "--quiet", "--format", "docker-archive",
      "--output", file, image],
  }),
  builder("buildah", {
    probes: [["buildah", "info"]],
    build: ["buildah", "build", ...CHROOT, "--layers", "--pull=false"],
    save: (image, file) => ["buildah", "push", "--quiet", image, `docker-archive:${file}:${image}`],
    readArch: ["buildah", "inspect", "--type", "image", "--format", "{{.OCIv1.Architecture}}"],
    leftovers: {
      list: ["buildah", "containers", "--format", "{{.ContainerID}} {{.ImageName}}"],
      remove: (containers) => ["buildah", "rm", ...containers],
    },
  }),
];

function builder(
  name: string,
  { build, readArch, ...own }: Pick<Builder, "probes" | "save" | "leftovers"> & {
    readonly build: Argv;
    readonly readArch?: Argv;
  },
): Builder {
  return {
    name,
    ...own,
    build: ({ context, tag, arch, args }) => [
      ...build,
      ...["--platform", `linux/${arch}`],
      ...Object.entries(args).flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]),
      ...["--tag", tag, context],
    ],
    readArch: (
      image,
    ) => [...(readArch ?? [name, "image", "inspect", "--format", "{{.Architecture}}"]), image],
    pull: (image, arch) => [name, "pull", "--quiet", "--platform", `linux/${arch}`, image],
    readSize: (image) => [name, "images", "--format", "{{.Size}}", image],
  };
}
