// Files by which a manager tells `manager status` what nobody else can be asked.
import type * as z from "zod";
import { updateFile } from "../../shared/files.ts";
import type { Duty } from "../loop/duty.ts";

/** Writes what is told, as JSON, where it has changed. */
export class StatusFile<Told> implements Duty {
  /** Undefined at first: what an earlier manager has told may lie there. */
  #written: string | undefined;

  constructor(
    readonly name: string,
    private readonly path: string,
    private readonly read: () => Told,
  ) {}

  async look(): Promise<void> {
    const text = JSON.stringify(this.read());
    if (text === this.#written) return;
    await updateFile(this.path, text, 0o600);
    this.#written = text;
  }
}

/** @throws {Error} when the text is not what {@link StatusFile} writes */
export function parseStatusFile<Told>(path: string, schema: z.ZodType<Told>, text: string): Told {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`Cannot read ${path}: it is not what a manager writes`, { cause });
  }
}
