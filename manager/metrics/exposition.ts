// Writes figures in Prometheus' text format, version 0.0.4.
import type { Labels, ReadRow, Sample } from "./row.ts";

/** The media type of the format. */
export const TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** So many characters are encoded at once: strings that live for an instant cost little. */
const CHUNK = 8_192;
const FIRST_SIZE = 65_536;

/** A text of megabytes that is made of small pieces, as bytes. */
export class Page {
  #bytes = new Uint8Array(FIRST_SIZE);
  #length = 0;
  #pending = "";

  write(text: string): void {
    this.#pending += text;
    if (this.#pending.length >= CHUNK) this.#flush();
  }

  /** All that was written, in UTF-8. */
  end(): Uint8Array<ArrayBuffer> {
    this.#flush();
    return this.#bytes.subarray(0, this.#length);
  }

  #flush(): void {
    // A character of UTF-16 takes three bytes at most.
    const needed = this.#length + 3 * this.#pending.length;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(2 * needed);
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    const { written } = ENCODER.encodeInto(this.#pending, this.#bytes.subarray(this.#length));
    this.#length += written;
    this.#pending = "";
  }
}

const ENCODER = new TextEncoder();

/**
 * Writes a metric with its samples; nothing where there are none. prom-client takes ten times as
 * long for the thousands of series of a node's ports.
 */
export function writeRow(
  page: Page,
  { name, help, type }: Pick<ReadRow, "name" | "help" | "type">,
  samples: Iterable<Sample>,
): void {
  let isFirst = true;
  for (const [labels, value] of samples) {
    if (isFirst) page.write(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
    isFirst = false;
    page.write(name + textOf(labels) + (value === Infinity ? " +Inf\n" : ` ${value}\n`));
  }
}

/** Labels are written once: all metrics of a port share one object. */
const TEXTS = new WeakMap<Labels, string>();

function textOf(labels: Labels): string {
  const known = TEXTS.get(labels);
  if (known !== undefined) return known;
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  const text = pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
  TEXTS.set(labels, text);
  return text;
}

/** The format knows these three; every other character stands for itself. */
function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")
    .replaceAll('"', '\\"');
}
