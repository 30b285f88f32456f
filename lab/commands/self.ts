// How the caller can type this very program again, for hints.
import { ROOT } from "../../tools/checkout.ts";

/** How this process was started. */
export interface Start {
  /** Whether it is the compiled executable. */
  readonly standalone: boolean;
  /** Absolute path of the executable: the lab's own, or Deno's. */
  readonly executable: string;
  readonly env: Readonly<Record<string, string>>;
  /** The caller's folder. */
  readonly cwd: string;
}

/** The words before `connect pc1`, as they can be typed in the caller's folder. */
export function nameSelf({ standalone, executable, env, cwd }: Start): string {
  const sudo = env.SUDO_USER === undefined || env.SUDO_USER === "root" ? "" : "sudo ";
  const dirs = (env.PATH ?? "").split(":").filter((dir) => dir.startsWith("/"));
  if (standalone) {
    const isOnPath = dirs.some((dir) => isSameFile(`${dir}/lab`, executable));
    return sudo + (isOnPath ? "lab" : quote(executable));
  }
  // npx puts its own copy of Deno on the PATH of what it starts, and of nothing else.
  const hasDeno = dirs.some((dir) => !dir.includes("/node_modules/") && exists(`${dir}/deno`));
  const deno = hasDeno ? "deno" : `npx -y deno@${Deno.version.deno}`;
  const isInCheckout = `${cwd}/`.startsWith(`${ROOT}/`);
  const config = isInCheckout ? "" : ` --config ${quote(`${ROOT}/deno.json`)}`;
  return `${sudo}${deno} task${config} lab`;
}

function isSameFile(path: string, other: string): boolean {
  try {
    return Deno.realPathSync(path) === Deno.realPathSync(other);
  } catch {
    return false;
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Quotes a text as one word for a shell. */
function quote(text: string): string {
  return /^[\w./+@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
