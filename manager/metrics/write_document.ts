// Writes docs/metrics.md anew from the table.
import { renderDocument } from "./document.ts";

await Deno.writeTextFile(new URL("../../docs/metrics.md", import.meta.url), renderDocument());
