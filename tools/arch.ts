// The machine architectures that programs are built for: Debian's names, and what others call them.

const ARCHS = {
  amd64: { deno: "x86_64", elfMachine: 62 },
  arm64: { deno: "aarch64", elfMachine: 183 },
} as const;

export type Arch = keyof typeof ARCHS;
export const ARCH_NAMES = Object.keys(ARCHS) as Arch[];

/** This machine's. */
export const HOST_ARCH: Arch = Deno.build.arch === "aarch64" ? "arm64" : "amd64";

/** "x86_64" or "aarch64", as compilers and Python packages say. */
export function machineName(arch: Arch): string {
  return ARCHS[arch].deno;
}

/** The value of `deno compile --target`. */
export function compileTarget(arch: Arch): string {
  return `${ARCHS[arch].deno}-unknown-linux-gnu`;
}

/** The architecture of an executable, undefined when it is of no known one (elf(5): e_machine). */
export async function readArch(path: string): Promise<Arch | undefined> {
  const header = new Uint8Array(20);
  using file = await Deno.open(path);
  if (await file.read(header) !== header.length) return undefined;
  if (new TextDecoder().decode(header.subarray(1, 4)) !== "ELF") return undefined;
  const machine = new DataView(header.buffer).getUint16(18, true);
  return ARCH_NAMES.find((arch) => ARCHS[arch].elfMachine === machine);
}
