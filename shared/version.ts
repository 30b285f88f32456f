// What the programs say of themselves: their version and the runtime that they are running on.

export const VERSION = "0.1.0";

/** "Deno 2.9.6, compiled" or "Deno 2.9.6, from source", as the runtime itself says. */
export const RUNTIME = `Deno ${Deno.version.deno}, ${
  Deno.build.standalone ? "compiled" : "from source"
}`;
